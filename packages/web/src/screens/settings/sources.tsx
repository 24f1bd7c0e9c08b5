// What is captured of every source, table by table, and how to mend what is not.

import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { coverageQuery } from './queries.ts';
import { SectionHead } from './section-head.tsx';
import { SourcePanel } from './source-panel.tsx';

export function Sources() {
  const api = useApi();
  const coverage = useQuery(coverageQuery(api));
  return (
    <section>
      <SectionHead title={s.sections.sources}>{s.sources.intro}</SectionHead>
      <Loaded query={coverage} rows={8}>
        {({ sources }) =>
          sources.length === 0 ? (
            <EmptyState icon="columns" title={s.sources.none}>
              <p>{s.sources.noneText}</p>
              <p className="mt-2 flex items-center justify-center gap-1">
                <code>{s.sources.command}</code>
                <CopyButton text={s.sources.command} label={s.sources.command} />
              </p>
            </EmptyState>
          ) : (
            <div className="space-y-6">
              {sources.map((source) => (
                <SourcePanel key={source.name} source={source} />
              ))}
            </div>
          )
        }
      </Loaded>
    </section>
  );
}
