// What can be kept of what is asked: as a saved view, and as a file.

import { useZone } from '../../shell/zone.tsx';
import { ViewsMenu } from '../../views/views-menu.tsx';
import { ExportButton } from '../exports/export-button.tsx';
import type { ExploreState } from './state.ts';

export function Keep({ state: { q, range, asked, zone } }: { readonly state: ExploreState }) {
  const { choice } = useZone();
  return (
    <>
      <ViewsMenu asked={{ query: q, range, zone: choice }} />
      <ExportButton q={asked} zone={zone} />
    </>
  );
}
