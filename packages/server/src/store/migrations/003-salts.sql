-- Salts leave the text of the disclosures: 16 bytes each in a column of their own take half the room, and what is left can
-- be read: one line a section, its name, a space, its value as JCS. The disclosure itself is ["<salt as base64url>","<name>",<value>].

alter table indelible.event add column salts bytea not null default '';
alter table indelible.event alter column salts drop default;

update indelible.event e set
  salts = coalesce((select string_agg(decode(translate(substr(line, 3, 22), '-_', '+/') || '==', 'base64'), ''::bytea order by nr)
    from unnest(string_to_array(e.disclosures, e'\n')) with ordinality as l (line, nr)), ''),
  disclosures = coalesce((select string_agg(regexp_replace(substr(line, 28), '^([^"]*)",(.*)\]$', '\1 \2'), e'\n' order by nr)
    from unnest(string_to_array(e.disclosures, e'\n')) with ordinality as l (line, nr)), '');

create or replace function indelible.disclosed(disclosures text, section text) returns jsonb
  language sql immutable parallel safe
  return substring(disclosures from '(?n)^' || section || ' (.*)$')::jsonb;

grant update (salts) on indelible.event to {{custodian}};
