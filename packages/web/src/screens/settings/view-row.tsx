// One saved view in the table of views.

import { useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { viewsText as v } from '../../text/views.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { Cell } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { hrefOfView, type SavedView } from '../../views/queries.ts';

export type ViewDeed = 'rename' | 'share' | 'token' | 'delete';

interface ViewRowProps {
  readonly view: SavedView;
  /** Whoever looks may share, and change what is shared. */
  readonly shares: boolean;
  /** And may make viewer tokens. */
  readonly makesTokens: boolean;
  readonly onAsk: (deed: ViewDeed) => void;
}

export function ViewRow({ view, shares, makesTokens, onAsk }: ViewRowProps) {
  const { tenant } = useApi();
  const { name, query, range, shared, own, savedBy, updatedAt } = view;
  const mayChange = shared ? shares : own;
  const items: readonly MenuItem[] = [
    ...(mayChange ? [{ label: v.rename, icon: 'bookmark', onSelect: () => onAsk('rename') } as const] : []),
    // Only who saved it makes it private again.
    ...(shares && own ? [{ label: shared ? v.unshare : v.share, icon: 'person', onSelect: () => onAsk('share') } as const] : []),
    ...(makesTokens && query !== '' ? [{ label: v.token, icon: 'link', onSelect: () => onAsk('token') } as const] : []),
    ...(mayChange ? [{ label: v.delete, icon: 'cross', onSelect: () => onAsk('delete') } as const] : []),
  ];
  return (
    <tr>
      <Cell className="min-w-[140px]">
        <Anchor href={hrefOfView(view, tenant)} className="font-medium break-words text-accent hover:underline">
          {name}
        </Anchor>{' '}
        <Badge tone={shared ? 'accent' : 'neutral'}>{shared ? v.sharedBadge : v.private}</Badge>
      </Cell>
      <Cell className="max-w-[320px] text-muted">{query === '' ? s.views.emptyQuery : <code className="break-all">{query}</code>}</Cell>
      <Cell className="text-muted">{range === undefined || range === 'all' ? v.anyTime : <code>{range}</code>}</Cell>
      <Cell className="text-muted">{own ? s.people.you : (savedBy.name ?? savedBy.id)}</Cell>
      <Cell className="text-muted">
        <Time at={updatedAt} show="relative" />
      </Cell>
      <Cell className="w-10 py-1 text-right">
        {items.length > 0 ? (
          <Menu square label={v.actions(name)} items={items}>
            <Icon name="more" />
          </Menu>
        ) : null}
      </Cell>
    </tr>
  );
}
