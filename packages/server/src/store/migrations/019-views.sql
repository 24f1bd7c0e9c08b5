-- Views that people saved: what was asked, under a name. Of a tenant by its name, so that they outlive its log. person: who keeps
-- it. is_shared: everybody of the tenant sees it, but for those who see a part of it. span, zone: as an address has them; may be empty.
create table indelible.saved_view (
  id         text primary key,
  tenant     text not null,
  person     text not null,
  is_shared  boolean not null default false,
  name       text not null,
  query      text not null,
  span       text not null default '',
  zone       text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index saved_view_of on indelible.saved_view (tenant, person);
create index saved_view_kept on indelible.saved_view (person);

-- A reader sees the views of the tenant that its transaction names by SET LOCAL indelible.tenant, whose log alone it sees.
alter table indelible.saved_view enable row level security;
create policy reader on indelible.saved_view for select to {{reader}}
  using (tenant = (select l.tenant from indelible.log l where l.tenant_id = indelible.current_tenant()));
grant select on indelible.saved_view to {{reader}};
