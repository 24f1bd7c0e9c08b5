// In which zone times are printed: UTC, or that of this browser. It stands in the address, so that a link shows what was seen.

import { useRouter, useSearch } from '@tanstack/react-router';
import { localZone, type ZoneName } from '../text/format.ts';

const REMEMBERED = 'indelible.zone';

export type ZoneChoice = 'utc' | 'local';

export interface Zone {
  readonly choice: ZoneChoice;
  /** `UTC`, or a name of the IANA database: what the API takes as `zone`. */
  readonly zone: ZoneName;
  readonly choose: (choice: ZoneChoice) => void;
}

/** The choice of an address; else that of the last time; else the zone of this browser. */
function choiceOf(written: string | undefined): ZoneChoice {
  const choice = written ?? localStorage.getItem(REMEMBERED);
  return choice === 'utc' ? 'utc' : 'local';
}

/** @example const { zone } = useZone(); */
export function useZone(): Zone {
  const router = useRouter();
  const written = useSearch({ strict: false, select: ({ zone }) => zone });
  const choice = choiceOf(written);
  return {
    choice,
    zone: choice === 'utc' ? 'UTC' : localZone(),
    choose: (next) => {
      localStorage.setItem(REMEMBERED, next);
      void router.navigate({ to: '.', search: (search: object) => ({ ...search, zone: next }), replace: true });
    },
  };
}
