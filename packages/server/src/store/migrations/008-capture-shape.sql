-- What the tables of a source looked like: rows from before a renaming or a DROP TABLE are read with the shape that they were
-- written in, also by a server that was not there at the time.

-- oid: of the table in the source. seen_lsn: where the source's log ended when the shape was first seen; until_lsn: when another
-- one, or none, was seen in its place. It goes once everything before that is in the trail.
create table indelible.capture_shape (
  source_id integer not null references indelible.capture_source,
  oid       bigint not null,
  seen_lsn  pg_lsn not null,
  until_lsn pg_lsn,
  shape     jsonb not null,
  primary key (source_id, oid, seen_lsn)
);

grant select, insert, update, delete on indelible.capture_shape to {{appender}};
