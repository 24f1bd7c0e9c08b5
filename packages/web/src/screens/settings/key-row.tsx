// One key in the table of keys.

import { settingsText as s } from '../../text/settings.ts';
import { Badge } from '../../ui/badge.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Cell } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import type { ApiKey } from './queries.ts';

interface KeyRowProps {
  readonly apiKey: ApiKey;
  readonly isGood: boolean;
  readonly onAsk: ((kind: 'rotate' | 'revoke') => void) | undefined;
}

export function KeyRow({ apiKey, isGood, onAsk }: KeyRowProps) {
  const { id, name, scopes, addresses, lastUsedAt, lastUsedAddress } = apiKey;
  return (
    <tr className={isGood ? '' : 'text-muted'}>
      <Cell>
        <div className="font-medium">{name}</div>
        <div className="flex items-center text-xs text-muted">
          <code>{id}</code>
          <CopyButton text={id} label={id} />
        </div>
      </Cell>
      <Cell>
        <div className="flex flex-wrap gap-1">
          {scopes.map((scope) => (
            <Badge key={scope} tone={scope === 'admin' ? 'warn' : 'neutral'}>
              {scope}
            </Badge>
          ))}
        </div>
      </Cell>
      <Cell className="text-muted">
        {addresses.length === 0
          ? s.keys.anywhere
          : addresses.map((address) => (
              <code key={address} className="block">
                {address}
              </code>
            ))}
      </Cell>
      <Cell className="text-muted">
        {lastUsedAt === undefined ? s.keys.neverUsed : <Time at={lastUsedAt} show="relative" />}
        {lastUsedAddress === undefined ? null : <div className="text-xs">{s.keys.from(lastUsedAddress)}</div>}
      </Cell>
      <Cell className="text-muted">
        <End apiKey={apiKey} isGood={isGood} />
      </Cell>
      <Cell className="w-10 py-1 text-right">
        {onAsk === undefined ? null : (
          <Menu
            square
            label={s.keys.actions(name)}
            items={[
              { label: s.keys.rotate, icon: 'refresh', onSelect: () => onAsk('rotate') },
              { label: s.keys.revoke, icon: 'denied', onSelect: () => onAsk('revoke') },
            ]}
          >
            <Icon name="more" />
          </Menu>
        )}
      </Cell>
    </tr>
  );
}

function End({ apiKey: { expiresAt, revokedAt }, isGood }: Pick<KeyRowProps, 'apiKey' | 'isGood'>) {
  if (isGood) return expiresAt === undefined ? s.keys.never : <Time at={expiresAt} show="date" />;
  const at = revokedAt ?? expiresAt;
  return (
    <>
      <Badge>{revokedAt === undefined ? s.keys.expired : s.keys.revoked}</Badge>
      {at === undefined ? null : <Time at={at} show="date" className="block text-xs" />}
    </>
  );
}
