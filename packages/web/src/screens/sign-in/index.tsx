// Signing in: by address and password, with the code of a second factor where there is one, by a one-time link, or by a provider.

import { useLocation, useSearch } from '@tanstack/react-router';
import { t } from '../../text/en.ts';
import { Icon } from '../../ui/icon.tsx';
import { ByLink } from './by-link.tsx';
import { ByPassword } from './by-password.tsx';
import { SsoCode, SsoLink } from './by-sso.tsx';

export function SignIn() {
  const token = useLocation({ select: ({ hash }) => hash });
  const { sso } = useSearch({ from: '/sign-in' });
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 pt-[12vh] pb-10">
      <div className="w-full max-w-[360px]">
        <p className="mb-5 flex items-center gap-2 font-semibold">
          <Icon name="integrity" size={20} className="text-accent" />
          {t.common.product}
        </p>
        <div className="panel p-5">
          {token.startsWith('iln_') ? (
            <ByLink token={token} />
          ) : sso === 'code' ? (
            <SsoCode />
          ) : (
            <>
              <ByPassword />
              <SsoLink />
            </>
          )}
        </div>
        <p className="mt-4 text-xs text-muted">{t.signIn.noAccount}</p>
      </div>
    </main>
  );
}
