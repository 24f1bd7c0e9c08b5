-- Text search knows which events of a block have a word, besides that one of them may; and it knows beginnings of words and
-- changed fields as it knows words. Signatures that were made without these would deny them: the index is made anew by the
-- server, block by block, and searches read events until it is done.

truncate indelible.search_cursor, indelible.search_block, indelible.search_open, indelible.search_slices;

-- Which events of a block have a word: store/search-places.ts. A block that has no row, for it has too many words, is looked
-- into event by event. No words are in it, only numbers that are made of them.
create table indelible.search_places (
  tenant_id integer not null,
  block     integer not null,
  bits      smallint not null,
  places    bytea not null,
  primary key (tenant_id, block)
);
-- So that a part of it can be read.
alter table indelible.search_places alter column places set storage external;

alter table indelible.search_places enable row level security;
create policy reader on indelible.search_places for select to {{reader}} using (tenant_id = indelible.current_tenant());
create policy projector on indelible.search_places for all to {{projector}} using (true) with check (true);
grant select on indelible.search_places to {{reader}};
grant select, insert, update, delete on indelible.search_places to {{projector}};
