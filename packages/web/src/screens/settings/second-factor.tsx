// The second factor: setting it up, and taking it away.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionQuery } from '../../api/queries.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { RemoveFactor } from './remove-factor.tsx';
import { SetUpFactor } from './set-up-factor.tsx';

export function SecondFactor() {
  const { data } = useQuery(sessionQuery());
  const [asks, setAsks] = useState(false);
  const [isNew, setIsNew] = useState(false);
  if (data === undefined) return null;
  const { twoFactor } = data.person;
  const close = (isDone: boolean): void => {
    setAsks(false);
    setIsNew(isDone);
  };
  return (
    <div className="panel space-y-4 p-4">
      <div>
        <h3 className="flex items-center gap-2 font-semibold">
          {s.security.factor}
          <Badge tone={twoFactor ? 'good' : 'neutral'} icon={twoFactor ? 'check' : 'minus'}>
            {twoFactor ? s.security.on : s.security.off}
          </Badge>
        </h3>
        <p className="text-muted">{twoFactor ? s.security.factorOn : s.security.factorOff}</p>
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <Button look={twoFactor ? 'danger' : 'primary'} onClick={() => setAsks(true)}>
          {twoFactor ? s.security.remove : s.security.begin}
        </Button>
        <span role="status" className="text-good">
          {isNew && twoFactor ? s.security.factorNowOn : ''}
        </span>
      </div>
      {asks && twoFactor ? <RemoveFactor onClose={() => close(false)} /> : null}
      {asks && !twoFactor ? <SetUpFactor onClose={close} /> : null}
    </div>
  );
}
