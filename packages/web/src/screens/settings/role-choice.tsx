// Which role, with what each may; of a viewer, also what they see.

import { type Role, useStanding } from '../../api/standing.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';

const ROLES = ['owner', 'administrator', 'analyst', 'auditor', 'viewer'] as const satisfies readonly Role[];

export interface Given {
  readonly role: Role;
  readonly scope: string;
}

/** What the API takes of it. */
export function bodyOf({ role, scope }: Given): { readonly role: Role; readonly scope?: string } {
  const text = scope.trim();
  return role === 'viewer' && text !== '' ? { role, scope: text } : { role };
}

export function RoleChoice({ value, onChange }: { readonly value: Given; readonly onChange: (value: Given) => void }) {
  const { role: own } = useStanding();
  const options = ROLES.filter((role) => role !== 'owner' || own === 'owner').map((role) => ({ value: role, label: s.roles[role] }));
  return (
    <>
      <Select
        label={s.people.role}
        value={value.role}
        options={options}
        help={s.roleHelp[value.role]}
        onChange={(role) => onChange({ ...value, role })}
      />
      {value.role === 'viewer' ? (
        <Field
          label={s.people.scope}
          help={s.people.scopeHelp}
          spellCheck={false}
          autoComplete="off"
          className="mono"
          value={value.scope}
          onChange={(event) => onChange({ ...value, scope: event.target.value })}
        />
      ) : null}
    </>
  );
}
