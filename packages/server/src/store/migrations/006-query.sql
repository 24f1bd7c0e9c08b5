-- "actor:" asks by id, name or e-mail: each of the three has an index in the order of pages, so that a page is a walk of three
-- indexes merged, and never a look at every event.

create index event_actor_name on indelible.event (tenant_id, actor_name, occurred_at, seq) where actor_name is not null;
create index event_actor_email on indelible.event (tenant_id, actor_email, occurred_at, seq) where actor_email is not null;
