-- What the tenant map knows it knows from a place of the source's log on: rows of a transaction that was committed before do
-- not use it, because the row that leads to their tenant may have belonged to another then.

-- since_lsn: the snapshot that the entry was read from; null: the stream told it, in its place.
alter table indelible.tenant_map add column since_lsn pg_lsn;

-- tenants_from: after a hole in the stream nothing that the map knows from before its end is used.
alter table indelible.capture_source add column tenants_from pg_lsn not null default '0/0';
