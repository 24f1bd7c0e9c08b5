-- Who may see what: more about API keys, the roles of people, and viewer tokens that were taken back.

-- embed: may make viewer tokens. expires_at: of a key that was rotated, the end of the overlap. addresses: from where alone it is
-- good; empty: from everywhere. last_used_*: written at most once a minute. replaces: the key whose place it takes.
alter table indelible.api_key
  drop constraint api_key_scopes_check,
  add constraint api_key_scopes_check check (scopes <@ array['ingest', 'read', 'admin', 'embed'] and cardinality(scopes) > 0),
  add column expires_at timestamptz,
  add column addresses cidr[] not null default '{}',
  add column last_used_at timestamptz,
  add column last_used_address inet,
  add column replaces text references indelible.api_key;

-- From where a key was used: a new one is an event. IPv6 by /64.
create table indelible.api_key_address (
  key_id     text not null references indelible.api_key,
  address    inet not null,
  first_seen timestamptz not null default now(),
  primary key (key_id, address)
);

-- The role of a person in a tenant, or (tenant null) in all of them. A change is another row with another id, so that whatever
-- rests on the former one ends. scope: of a viewer, the query that everything is read within; empty: everything.
create table indelible.role_grant (
  id         text primary key,
  tenant     text,
  person     text not null,
  role       text not null check (role in ('owner', 'administrator', 'analyst', 'auditor', 'viewer')),
  scope      text not null default '' check (scope = '' or role = 'viewer'),
  granted_at timestamptz not null default now(),
  unique nulls not distinct (person, tenant)
);

-- Viewer tokens are signed and stand nowhere; those that were taken back do, until they would have ended by themselves.
create table indelible.viewer_revocation (
  id         text primary key,
  tenant     text not null,
  revoked_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index viewer_revocation_end on indelible.viewer_revocation (expires_at);

grant update (last_used_at, last_used_address) on indelible.api_key to {{appender}};
grant select, insert, delete on indelible.api_key_address to {{appender}};
grant select on indelible.role_grant to {{appender}};
grant select, insert, delete on indelible.viewer_revocation to {{appender}};
