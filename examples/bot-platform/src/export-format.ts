// Records as text, for people (CSV, RFC 4180) or for machines (a JSON object a line).

export const FORMATS = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl' } as const;

export interface ExportedRecord {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function writeRecords(records: readonly ExportedRecord[], format: keyof typeof FORMATS): string {
  if (format === 'jsonl') return records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const lines = records.map(({ id, title, body, metadata }) => [id, title, body, JSON.stringify(metadata)].map(quoted).join(','));
  return ['id,title,body,metadata', ...lines, ''].join('\r\n');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
