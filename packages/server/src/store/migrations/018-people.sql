-- People who sign in. The tables of better-auth stand in the schema auth, which its own migrations fill (access/people/migrate.ts);
-- the role people works there and nowhere else.

create schema auth;
grant usage on schema auth to {{people}};
alter default privileges in schema auth grant select, insert, update, delete on tables to {{people}};

-- One-time links. hash: SHA-256 of the link's secret. invitation: makes a person with a role; email is null for the first owner,
-- who says it. sign_in: lets a person in that there is. tenant null: in all tenants.
create table indelible.sign_in_link (
  id         text primary key,
  hash       bytea not null unique,
  kind       text not null check (kind in ('invitation', 'sign_in')),
  person     text check ((kind = 'sign_in') = (person is not null)),
  email      text,
  tenant     text,
  role       text check ((kind = 'invitation') = (role is not null)),
  scope      text not null default '',
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at    timestamptz
);

-- Sessions that have not ended, of those that are asked for as ses_<id>. A function, so that the appender need not read the
-- tables of people; its body is bound when it is called, for those tables are made later than this.
create function indelible.good_sessions(ids text[]) returns setof text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from unnest(ids) i where starts_with(i, 'ses_')) then
    return query
      select 'ses_' || s.id from auth.session s
      where s.id = any(array(select substr(i, 5) from unnest(ids) i where starts_with(i, 'ses_'))) and s."expiresAt" > now();
  end if;
end $$;
revoke execute on function indelible.good_sessions from public;
grant execute on function indelible.good_sessions to {{appender}};
