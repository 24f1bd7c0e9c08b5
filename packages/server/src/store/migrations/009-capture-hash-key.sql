-- The key by which capture hides secrets that are ids, names or tenants (HMAC-SHA-256): whoever reads events cannot try out
-- numbers that are few enough to be tried. Random, its own for each source, and for the appender's eyes alone: 32 bytes.
-- Sources that exist get one too; the rows of the tenant map that a hash leads to are then read anew by the next consumer.
alter table indelible.capture_source
  add column hash_key bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
