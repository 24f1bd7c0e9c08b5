// One's own sign-in: the password and the second factor.

import { settingsText as s } from '../../text/settings.ts';
import { PasswordForm } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';
import { SectionHead } from './section-head.tsx';

export function Security() {
  return (
    <section className="max-w-[560px] space-y-6">
      <SectionHead title={s.sections.security} />
      <PasswordForm />
      <SecondFactor />
    </section>
  );
}
