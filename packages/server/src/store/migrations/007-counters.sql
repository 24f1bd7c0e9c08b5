-- Counters: how many events there are by hour, outcome and facet. Derived from the log: indelible stats rebuild makes them anew.

-- How far counting went: events with seq < projected are in the counters. The build that is active is read and kept; another
-- one is being made beside it.
create table indelible.counter_cursor (
  tenant_id integer not null,
  build     integer not null,
  active    boolean not null,
  projected bigint not null default 0,
  primary key (tenant_id, build)
);
create unique index counter_cursor_active on indelible.counter_cursor (tenant_id) where active;

-- Counts of the events of one UTC day (unit 0) or month (unit 1) that have a value, by outcome. day: days since 1970, of a month
-- its first. facet: a place in store/facet-columns.ts; 0 with the value '' is every event; below zero, with the value '', are the
-- values of the facet -facet that have no row of their own. hours: of a day, pairs of (hour * 3 + outcome) and a count.
-- No names of people, and no ids of them.
create table indelible.counter (
  tenant_id integer not null,
  build     integer not null,
  unit      smallint not null,
  facet     smallint not null,
  day       integer not null,
  value     text not null,
  success   bigint not null,
  failure   bigint not null,
  denied    bigint not null,
  hours     integer[],
  primary key (tenant_id, build, unit, facet, day, value)
) with (fillfactor = 80);

-- The values that have rows of their own.
create table indelible.counter_value (
  tenant_id integer not null,
  build     integer not null,
  facet     smallint not null,
  value     text not null,
  primary key (tenant_id, build, facet, value)
);

alter table indelible.counter_cursor enable row level security;
alter table indelible.counter enable row level security;
alter table indelible.counter_value enable row level security;
create policy reader on indelible.counter_cursor for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy reader on indelible.counter for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy reader on indelible.counter_value for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy projector on indelible.counter_cursor for all to {{projector}} using (true) with check (true);
create policy projector on indelible.counter for all to {{projector}} using (true) with check (true);
create policy projector on indelible.counter_value for all to {{projector}} using (true) with check (true);
grant select on indelible.counter_cursor, indelible.counter, indelible.counter_value to {{reader}};
grant select, insert, update, delete on indelible.counter_cursor, indelible.counter, indelible.counter_value to {{projector}};
