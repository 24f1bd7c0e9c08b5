-- The mapping that is in force for a source, as it was last put on record: another one is an event before it is used.
alter table indelible.capture_source add column mapping jsonb not null default '{}';
