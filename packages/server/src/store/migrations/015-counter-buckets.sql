-- Counters in far fewer rows. Those that are there are derived, and in another form: the projector counts every log anew.

drop table indelible.counter, indelible.counter_value, indelible.counter_cursor;

-- How far counting went: events with seq < projected are in the counters. The build that is active is read and kept; another
-- one is being made beside it. named: the values of facets that take any text, {"action": ["bot.updated", ...]}; in the counters a
-- value is its place, counted from 1.
create table indelible.counter_cursor (
  tenant_id integer not null,
  build     integer not null,
  active    boolean not null,
  projected bigint not null default 0,
  named     jsonb not null default '{}',
  primary key (tenant_id, build)
) with (fillfactor = 70);
create unique index counter_cursor_active on indelible.counter_cursor (tenant_id) where active;

-- Counts of the events of one UTC month (level 0), day (1) or hour (2). start: hours since 1970. A month, and a day, holds them hour
-- by hour while they are few; beyond that it is split: it holds sums, and its days (hours) are rows of their own.
-- The columns hold cells (value, slot) -> count in the bytes of store/counter-cells.ts; the slot is hour of the bucket * 3 + outcome, or
-- where the row is split or an hour the outcome alone. every_event has the one value 1; in the others it is 1 + the place in the
-- vocabulary (core/event/types.ts) or the place in `named`, and 0 for values that have no name of their own.
-- No names of people, and no ids of them.
create table indelible.counter (
  tenant_id   integer not null,
  build       integer not null,
  start       integer not null,
  level       smallint not null,
  split       boolean not null,
  every_event bytea not null,
  action      bytea not null,
  category    bytea not null,
  operation   bytea not null,
  severity    bytea not null,
  resource    bytea not null,
  source      bytea not null,
  attribution bytea not null,
  actor_type  bytea not null,
  country     bytea not null,
  primary key (tenant_id, build, level, start)
) with (fillfactor = 90);

alter table indelible.counter_cursor enable row level security;
alter table indelible.counter enable row level security;
create policy reader on indelible.counter_cursor for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy reader on indelible.counter for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy projector on indelible.counter_cursor for all to {{projector}} using (true) with check (true);
create policy projector on indelible.counter for all to {{projector}} using (true) with check (true);
grant select on indelible.counter_cursor, indelible.counter to {{reader}};
grant select, insert, update, delete on indelible.counter_cursor, indelible.counter to {{projector}};
