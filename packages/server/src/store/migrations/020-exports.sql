-- Exports: what was asked for, how far it has come, and what the file holds when it is done. No row holds an event: a file is
-- the answer to a question that is frozen, and is read from the log whenever somebody fetches it.

-- asked: the query as it was sent; query: the same with absolute times and the last place of the log. scope: of somebody who sees
-- a part of the tenant, the query that they read within. maker: who may see it of those. by: who asked, as events write it.
-- bytes, sha256: of the events in the file, without the last line that tells of them. lease_until: a worker that says nothing for
-- so long has died, and another begins again.
create table indelible.export_job (
  tenant_id     integer not null,
  id            text not null,
  state         text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  format        text not null check (format in ('jsonl', 'csv')),
  columns       text[],
  asked         text not null,
  zone          text not null,
  query         text not null,
  scope         text not null,
  up_to_seq     bigint not null,
  preview       bigint not null,
  preview_exact boolean not null,
  maker         text not null,
  by            jsonb not null,
  created_at    timestamptz not null,
  started_at    timestamptz,
  finished_at   timestamptz,
  worker        text,
  lease_until   timestamptz,
  attempts      smallint not null default 0,
  counted       bigint not null default 0,
  bytes         bigint not null default 0,
  first_seq     bigint,
  last_seq      bigint,
  sha256        bytea check (length(sha256) = 32),
  checkpoint    text,
  error_code    text,
  error         text,
  primary key (tenant_id, id),
  check ((state = 'done') = (sha256 is not null)),
  check ((state = 'failed') = (error_code is not null))
);
create index export_job_newest on indelible.export_job (tenant_id, created_at desc, id desc);
create index export_job_open on indelible.export_job (created_at) where state in ('queued', 'running');
create index export_job_age on indelible.export_job (created_at);

alter table indelible.export_job enable row level security;
create policy reader on indelible.export_job for select to {{reader}} using (tenant_id = indelible.current_tenant());
grant select on indelible.export_job to {{reader}};
grant select, insert, update, delete on indelible.export_job to {{appender}};
