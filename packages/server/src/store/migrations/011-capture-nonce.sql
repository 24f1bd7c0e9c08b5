-- A nonce counts by the source's clock, not by when it was read: a stream that is read late is as old as its commits. Of nonces
-- that are there the time of reading, which is later, stands for that of the commit.
alter table indelible.capture_nonce rename column seen_at to committed_at;
