-- What capture remembers of single tables: how much of each it has seen, and how far its baseline went.

-- table_name is schema.table, the topmost one of a partitioned table. unattributed: rows without an actor.
create table indelible.capture_table (
  source_id     integer not null references indelible.capture_source,
  table_name    text not null,
  rows          bigint not null default 0,
  unattributed  bigint not null default 0,
  last_event_at timestamptz,
  primary key (source_id, table_name)
);

-- A baseline: existing rows, read once, in the order of their key. last_key: the key of the last row that is in the log
-- (null: none yet); finished_at null: to be resumed. snapshot_lsn: the state of the source that the rows were read from.
create table indelible.capture_baseline (
  source_id    integer not null references indelible.capture_source,
  table_name   text not null,
  snapshot_lsn pg_lsn not null,
  last_key     text[],
  rows         bigint not null default 0,
  estimated    bigint not null default 0,
  started_at   timestamptz not null default now(),
  finished_at  timestamptz,
  primary key (source_id, table_name)
);

grant select, insert, update, delete on indelible.capture_table, indelible.capture_baseline to {{appender}};

-- publication_was: the OID and the xmin of the publication's row when it was last looked at; empty: not known. Whoever alters
-- or makes the publication anew changes one of them. gap: the hole that stopped the source (reason, detail, from, to).
-- published of this table holds one text a table: oid:entry:identity:persistence:file:toast:columns.
alter table indelible.capture_source
  add column publication_was text not null default '',
  add column gap jsonb,
  add column stopped_at timestamptz;
