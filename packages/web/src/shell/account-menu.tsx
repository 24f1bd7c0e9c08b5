// Who has signed in, the theme, and signing out.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { answerOf, clientOf } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { t } from '../text/en.ts';
import { Icon } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { type Theme, useTheme } from './theme.ts';

const THEMES = [
  ['system', 'screen'],
  ['light', 'sun'],
  ['dark', 'moon'],
] as const satisfies readonly (readonly [Theme, string])[];

export function AccountMenu({ onHelp }: { readonly onHelp: () => void }) {
  const { data } = useQuery(sessionQuery());
  const [theme, setTheme] = useTheme();
  const signOut = useSignOut();
  if (data === undefined) return null;
  return (
    <Menu
      label={t.shell.account(data.person.name)}
      className="min-w-0 md:w-full md:justify-start"
      side="top"
      items={[
        ...THEMES.map(([value, icon]) => ({
          label: `${t.shell.theme}: ${t.shell.themes[value]}`,
          icon,
          checked: value === theme,
          onSelect: () => setTheme(value),
        })),
        'line',
        { label: t.shell.help, icon: 'keyboard', onSelect: onHelp },
        { label: t.shell.signOut, icon: 'external', onSelect: signOut },
      ]}
    >
      <Icon name="person" />
      <span className="hidden truncate md:inline">{data.person.name}</span>
    </Menu>
  );
}

/** Ends the session, and forgets all that was seen in it. */
function useSignOut(): () => void {
  const queryClient = useQueryClient();
  const router = useRouter();
  const { mutate } = useMutation({
    mutationFn: () => answerOf(clientOf().POST('/v1/sign-out')),
    onSettled: () => {
      queryClient.clear();
      router.history.push('/sign-in');
    },
  });
  return () => mutate();
}
