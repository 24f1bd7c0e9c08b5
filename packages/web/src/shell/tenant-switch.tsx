// Which tenant is looked at, and another one by its name.

import { useQuery } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { tenantsQuery } from '../api/queries.ts';
import { t } from '../text/en.ts';
import { inputClass } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { Popover } from '../ui/popover.tsx';
import { writeSearch } from './search.ts';

const REMEMBERED = 'indelible.tenant';
const OPERATOR = '_operator';

/** The one that was looked at last. */
export function rememberedTenant(): string | undefined {
  return localStorage.getItem(REMEMBERED) ?? undefined;
}

/** Goes to the same kind of page of another tenant: an id of the one is none of the other. */
export function useTenant(): { readonly tenant: string; readonly change: (tenant: string) => void } {
  const router = useRouter();
  const { tenant = '', zone } = useSearch({ strict: false });
  return {
    tenant,
    change: (next) => {
      localStorage.setItem(REMEMBERED, next);
      const [, first = ''] = router.state.location.pathname.split('/');
      const path = ['events', 'resources', 'actors'].includes(first) ? '/explore' : `/${first}`;
      router.history.push(path + writeSearch({ tenant: next, zone }));
    },
  };
}

export function tenantLabel(tenant: string): string {
  return tenant === OPERATOR ? t.shell.operatorTenant : tenant;
}

export function TenantSwitch() {
  const { tenant } = useTenant();
  return (
    <Popover
      label={t.shell.tenantNow(tenantLabel(tenant))}
      look="quiet"
      className="max-w-full min-w-0 md:w-full md:justify-start"
      button={
        <>
          <Icon name="building" />
          <span className="truncate text-text">{tenantLabel(tenant)}</span>
          <Icon name="chevronDown" size={12} className="md:ml-auto" />
        </>
      }
    >
      {(close) => <Tenants onClose={close} />}
    </Popover>
  );
}

function Tenants({ onClose }: { readonly onClose: () => void }) {
  const { tenant, change } = useTenant();
  const [typed, setTyped] = useState('');
  const prefix = useDeferredValue(typed.trim());
  const { data } = useQuery({ ...tenantsQuery(prefix), placeholderData: (before) => before });
  const choose = (next: string): void => {
    onClose();
    change(next);
  };
  return (
    <div className="w-60 max-w-full">
      <input
        className={inputClass}
        aria-label={t.shell.findTenant}
        placeholder={t.shell.findTenant}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          const [first] = data?.tenants ?? [];
          if (event.key === 'Enter' && first !== undefined) choose(first);
        }}
      />
      <ul className="mt-2 max-h-72 overflow-y-auto">
        {data?.tenants.map((name) => (
          <li key={name}>
            <button
              type="button"
              aria-current={name === tenant ? 'true' : undefined}
              onClick={() => choose(name)}
              className="flex min-h-7 w-full items-center gap-2 rounded px-2 text-left hover:bg-raised"
            >
              <span className="flex-1 truncate">{tenantLabel(name)}</span>
              {name === tenant ? <Icon name="check" size={14} className="text-accent" /> : null}
            </button>
          </li>
        ))}
      </ul>
      {data?.tenants.length === 0 ? <p className="px-2 py-1 text-muted">{t.shell.noTenant}</p> : null}
      {data?.more === true ? <p className="px-2 pt-1 text-xs text-muted">{t.shell.moreTenants}</p> : null}
    </div>
  );
}
