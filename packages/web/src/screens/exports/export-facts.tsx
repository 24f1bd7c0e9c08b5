// What the file of an export holds: how many events, between which places of the log, of which question, under which checkpoint.

import { formatBytes } from '../../text/format.ts';
import { t } from '../../text/en.ts';
import { exportsText as x } from '../../text/exports.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Time } from '../../ui/time.tsx';
import type { ReactNode } from 'react';
import type { Export } from './queries.ts';

export function ExportFacts({ job }: { readonly job: Export }) {
  const { counted, preview, firstSeq, lastSeq, bytes, sha256, query, zone, checkpoint, expiresAt, fileName, state } = job;
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {state === 'done' ? (
        <>
          <Fact name={x.facts.count}>{preview.estimate ? x.events(counted) : x.facts.equal(counted)}</Fact>
          {firstSeq === undefined || lastSeq === undefined ? null : <Fact name={x.facts.sequence}>{x.facts.range(firstSeq, lastSeq)}</Fact>}
          <Fact name={x.facts.size}>{formatBytes(bytes)}</Fact>
          <Fact name={x.facts.file}>
            <code className="break-all">{fileName}</code>
          </Fact>
          {sha256 === undefined ? null : (
            <Fact name={x.facts.sha256}>
              <Copied text={sha256} />
            </Fact>
          )}
          <Fact name={x.facts.checkpoint}>{checkpoint === undefined ? x.facts.noCheckpoint : <Checkpoint note={checkpoint} />}</Fact>
        </>
      ) : null}
      <Fact name={x.facts.query}>
        <Copied text={query} />
      </Fact>
      <Fact name={x.facts.zone}>{zone}</Fact>
      <Fact name={x.facts.expires}>
        <Time at={expiresAt} />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="tabular min-w-0 break-words">{children}</dd>
    </>
  );
}

function Copied({ text }: { readonly text: string }) {
  return (
    <span className="flex items-start gap-1">
      <code className="min-w-0 flex-1 break-all">{text}</code>
      <CopyButton text={text} label={t.common.copy} />
    </span>
  );
}

function Checkpoint({ note }: { readonly note: string }) {
  return (
    <span className="flex items-start gap-1">
      <pre className="min-w-0 flex-1 text-xs break-all whitespace-pre-wrap">{note.trim()}</pre>
      <CopyButton text={note} label={t.common.copy} />
    </span>
  );
}
