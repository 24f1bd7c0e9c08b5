-- Text search by block of 256 consecutive events, and the role that keeps what is derived from the log: the projector.
-- Everything here can be rebuilt from the events: indelible search rebuild.

-- The projector reads what events say, and no proofs, no keys; it writes derived tables alone.
grant usage on schema indelible to {{projector}};
grant select (tenant_id, tenant, generation, log_id, origin, size, last_t, frozen_at, is_public, created_at) on indelible.log to {{projector}};
grant select (seq, recorded_at, occurred_at, id, tenant_id, category, operation, outcome, severity, actor_type, attribution, source_kind, action,
  actor_id, actor_name, actor_email, resource_type, resource_id, ip, disclosures) on indelible.event to {{projector}};
grant select on indelible.event_related to {{projector}};
grant select (tenant_id, id, seq, recorded_at) on indelible.event_key to {{projector}};
create policy projector on indelible.log for select to {{projector}} using (true);
create policy projector on indelible.event for select to {{projector}} using (true);
create policy projector on indelible.event_related for select to {{projector}} using (true);
create policy projector on indelible.event_key for select to {{projector}} using (true);

-- How many blocks of a log are indexed: those before `blocks`, without a gap.
create table indelible.search_cursor (
  tenant_id integer primary key,
  blocks    integer not null default 0
);

-- When the events of a block were recorded and occurred; both ends are included. Block n holds the sequence numbers from 256 n.
create table indelible.search_block (
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  occurred_from timestamptz not null,
  occurred_to   timestamptz not null,
  tenant_id     integer not null,
  block         integer not null,
  primary key (tenant_id, block)
);

-- Signatures of the blocks whose group of 256 is not full yet: a Bloom filter of `bits` bits over the block's words
-- (store/search-signature.ts). bits = 0: the block has too many words, and is looked into every time.
create table indelible.search_open (
  tenant_id integer not null,
  block     integer not null,
  bits      integer not null,
  signature bytea not null check (length(signature) * 8 = bits),
  primary key (tenant_id, block)
);
alter table indelible.search_open alter column signature set storage external;

-- Signatures of a full group (blocks 256 grp to 256 grp + 255), bit-sliced: of the blocks with filters of one size, all first
-- bits, all second bits, ... members: the places of those blocks in the group, a byte each. A slice has a bit for each of them,
-- filled up to whole bytes, so that a query reads only the slices of its words. The times are the widest of the blocks'.
create table indelible.search_slices (
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  occurred_from timestamptz not null,
  occurred_to   timestamptz not null,
  tenant_id     integer not null,
  grp           integer not null,
  bits          integer not null,
  members       bytea not null,
  slices        bytea not null check (length(slices) = bits * ((length(members) + 7) / 8)),
  primary key (tenant_id, grp, bits)
);
alter table indelible.search_slices alter column slices set storage external;

alter table indelible.search_cursor enable row level security;
alter table indelible.search_block enable row level security;
alter table indelible.search_open enable row level security;
alter table indelible.search_slices enable row level security;
create policy reader on indelible.search_cursor for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy reader on indelible.search_block for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy reader on indelible.search_open for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy reader on indelible.search_slices for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy projector on indelible.search_cursor for all to {{projector}} using (true) with check (true);
create policy projector on indelible.search_block for all to {{projector}} using (true) with check (true);
create policy projector on indelible.search_open for all to {{projector}} using (true) with check (true);
create policy projector on indelible.search_slices for all to {{projector}} using (true) with check (true);
grant select on indelible.search_cursor, indelible.search_block, indelible.search_open, indelible.search_slices to {{reader}};
grant select, insert, update, delete on indelible.search_cursor, indelible.search_block, indelible.search_open, indelible.search_slices to {{projector}};
