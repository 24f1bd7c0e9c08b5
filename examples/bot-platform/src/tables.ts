// The tables as Kysely sees them; see schema.sql.

import type { ColumnType, Generated } from 'kysely';

type Json = Readonly<Record<string, unknown>>;
type JsonColumn = ColumnType<Json, Json | undefined, Json>;
type Texts = ColumnType<string[], readonly string[] | undefined, readonly string[]>;
type Timestamp = ColumnType<Date, Date | undefined, Date>;
type MaybeTimestamp = ColumnType<Date | null, Date | null | undefined, Date | null>;

interface Made {
  id: string;
  created_at: Timestamp;
}

interface Row extends Made {
  updated_at: Timestamp;
}

/** A row that names its organisation; others belong to that of the row that they refer to. */
interface Owned extends Row {
  organization_id: string;
}

/** From where a request came. */
interface From {
  ip: string | null;
  country: string | null;
  city: string | null;
  user_agent: string | null;
}

interface People {
  organizations: Row & { name: string; plan: Generated<string>; settings: JsonColumn };
  users: Owned & {
    email: string;
    name: string;
    title: Generated<string>;
    timezone: Generated<string>;
    status: Generated<string>;
    password_hash: string;
    last_seen_at: MaybeTimestamp;
  };
  roles: Owned & { slug: string; name: string; permissions: Texts; built_in: Generated<boolean> };
  memberships: Omit<Owned, 'id'> & { user_id: string; role_id: string };
  teams: Owned & { name: string; description: Generated<string> };
  team_members: { team_id: string; user_id: string; lead: Generated<boolean>; created_at: Timestamp };
  grants: Made & {
    organization_id: string;
    role_id: string;
    user_id: string | null;
    team_id: string | null;
    label: string;
    granted_by: string | null;
    expires_at: MaybeTimestamp;
  };
  invitations: Owned & {
    email: string;
    role_id: string;
    team_id: string | null;
    invited_by: string | null;
    token_hash: string;
    expires_at: Date;
    accepted_at: MaybeTimestamp;
  };
  sessions: Made &
    From & {
      organization_id: string;
      user_id: string;
      impersonator_id: string | null;
      reason: string | null;
      token_hash: string;
      expires_at: Date;
    };
  login_attempts: Made & From & { organization_id: string; user_id: string; email: string; failure: string };
  api_tokens: Owned & { user_id: string; name: string; scopes: Texts; token_hash: string; expires_at: MaybeTimestamp };
}

interface Knowledge {
  datasets: Owned & { name: string; description: Generated<string>; visibility: Generated<string> };
  records: Row & { dataset_id: string; title: string; body: string; metadata: JsonColumn };
  files: Owned & {
    dataset_id: string | null;
    uploaded_by: string | null;
    name: string;
    mime_type: string;
    size_bytes: number;
    sha256: string;
    content: string;
  };
  exports: Made & {
    organization_id: string;
    dataset_id: string | null;
    requested_by: string | null;
    name: string;
    format: string;
    rows: number;
    bytes: number;
  };
}

interface Bots {
  secrets: Owned & { created_by: string | null; name: string; secret_value: string; rotated_at: MaybeTimestamp };
  skillsets: Owned & { name: string; description: Generated<string> };
  abilities: Row & { skillset_id: string; secret_id: string | null; name: string; kind: string; instruction: Generated<string> };
  bots: Owned & {
    team_id: string | null;
    dataset_id: string | null;
    skillset_id: string | null;
    created_by: string | null;
    name: string;
    model: string;
    backstory: Generated<string>;
    status: Generated<string>;
    config: JsonColumn;
  };
  integrations: Row & {
    bot_id: string;
    secret_id: string | null;
    kind: string;
    name: string;
    enabled: Generated<boolean>;
    config: JsonColumn;
  };
  conversations: Owned & { bot_id: string; user_id: string | null; title: string; status: Generated<string> };
  messages: Made & { conversation_id: string; author: string; body: string };
  bot_usage: { bot_id: string; day: string; messages: number; updated_at: Timestamp };
}

interface Office {
  webhooks: Owned & { name: string; url: string; events: Texts; signing_secret: string; enabled: Generated<boolean> };
  policies: Owned & { name: string; kind: string; rules: JsonColumn; enabled: Generated<boolean> };
  subscriptions: Owned & { plan: string; seats: number; price_cents: number; status: Generated<string>; renews_at: Date };
  invoices: Owned & {
    subscription_id: string | null;
    number: string;
    amount_cents: number;
    status: Generated<string>;
    period_start: Date;
    period_end: Date;
    paid_at: MaybeTimestamp;
  };
}

export interface Tables extends People, Knowledge, Bots, Office {}
