// The tables as Kysely sees them; see schema.sql.

import type { ColumnType, Generated } from 'kysely';

type Json = Record<string, unknown>;
type JsonColumn = ColumnType<Json, Json | undefined, Json>;
type Timestamp = ColumnType<Date, Date | undefined, Date>;

interface Stamps {
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface Tables {
  organizations: Stamps & { id: string; name: string; plan: Generated<string>; settings: JsonColumn };
  users: Stamps & { id: string; organization_id: string; email: string; name: string; password_hash: string; last_seen_at: Date | null };
  memberships: Stamps & { organization_id: string; user_id: string; role: string };
  datasets: Stamps & { id: string; organization_id: string; name: string; description: Generated<string>; visibility: Generated<string> };
  records: Stamps & { id: string; dataset_id: string; title: string; body: string; metadata: JsonColumn };
  bots: Stamps & {
    id: string;
    organization_id: string;
    dataset_id: string | null;
    created_by: string | null;
    name: string;
    model: string;
    status: Generated<string>;
    config: JsonColumn;
  };
  integrations: Stamps & { id: string; bot_id: string; kind: string; name: string; enabled: Generated<boolean>; config: JsonColumn };
  api_tokens: Stamps & { id: string; user_id: string; name: string; scopes: string[]; token_hash: string; expires_at: Date | null };
}
