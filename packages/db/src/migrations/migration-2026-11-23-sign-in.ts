/**
 * The tables for signing in. Rows are small and change often: `device_authorizations` leaves free space in its pages, so that a poll, which
 * changes no indexed column, is a heap-only update. The file is long because a migration is one file.
 */
import { Migration } from '@mikro-orm/migrations'

const users = `
create table users (
  id uuid not null primary key,
  display_name text null,
  role text not null,
  created_at timestamptz(3) not null,
  disabled_at timestamptz(3) null,
  constraint users_role_check check (role in ('user', 'publisher', 'admin'))
)`

const linkedIdentities = `
create table linked_identities (
  id uuid not null primary key,
  user_id uuid not null constraint linked_identities_user_id_foreign references users (id) on delete cascade,
  provider text not null,
  issuer text not null,
  subject text not null,
  created_at timestamptz(3) not null,
  constraint linked_identities_issuer_subject_unique unique (issuer, subject)
)`

const browserSessions = `
create table browser_sessions (
  id uuid not null primary key,
  secret_hash text not null constraint browser_sessions_secret_hash_unique unique,
  user_id uuid not null constraint browser_sessions_user_id_foreign references users (id) on delete cascade,
  auth_time timestamptz(3) not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null
)`

const deviceAuthorizations = `
create table device_authorizations (
  id uuid not null primary key,
  device_code_hash text not null constraint device_authorizations_device_code_hash_unique unique,
  user_code_hash text not null constraint device_authorizations_user_code_hash_unique unique,
  client_id text not null,
  scope text not null,
  status text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  poll_interval_seconds int not null,
  last_polled_at timestamptz(3) null,
  requester_ip text not null,
  requester_source text not null,
  requester_user_agent text null,
  device_name text null,
  claimed_by_user_id uuid null,
  claimed_by_session_id uuid null,
  sealed_user_code text null,
  decided_at timestamptz(3) null,
  auth_time timestamptz(3) null,
  consumed_at timestamptz(3) null,
  family_id uuid null,
  constraint device_authorizations_status_check check (status in ('pending', 'authorized', 'denied', 'consumed')),
  constraint device_authorizations_decided_by_somebody
    check (status = 'pending' or status = 'denied' or claimed_by_user_id is not null),
  constraint device_authorizations_interval_positive check (poll_interval_seconds > 0)
) with (fillfactor = 70)`

const loginTransactions = `
create table login_transactions (
  id uuid not null primary key,
  state_hash text not null constraint login_transactions_state_hash_unique unique,
  browser_hash text not null,
  provider_id text not null,
  nonce text not null,
  code_verifier text not null,
  device_authorization_id uuid null,
  sealed_user_code text null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null
)`

const refreshFamilies = `
create table refresh_families (
  id uuid not null primary key,
  user_id uuid not null constraint refresh_families_user_id_foreign references users (id) on delete cascade,
  client_id text not null,
  scope text not null,
  device_name text null,
  ip text null,
  auth_time timestamptz(3) not null,
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3) null,
  revoked_because text null,
  constraint refresh_families_revoked_because_check
    check (revoked_because in ('logout', 'reuse', 'session_revoked', 'device_code_reuse', 'operator')),
  constraint refresh_families_revoked_for_a_reason check ((revoked_at is null) = (revoked_because is null))
) with (fillfactor = 80)`

const refreshTokens = `
create table refresh_tokens (
  id uuid not null primary key,
  family_id uuid not null constraint refresh_tokens_family_id_foreign references refresh_families (id) on delete cascade,
  token_hash text not null constraint refresh_tokens_token_hash_unique unique,
  created_at timestamptz(3) not null,
  used_at timestamptz(3) null,
  successor_salt text null,
  successor_id uuid null,
  replays int not null,
  constraint refresh_tokens_replays_counted check (replays >= 0)
)`

const signingKeys = `
create table signing_keys (
  kid text not null primary key,
  algorithm text not null,
  public_jwk text not null,
  sealed_private_jwk text not null,
  created_at timestamptz(3) not null,
  signs_from timestamptz(3) not null,
  retires_at timestamptz(3) null,
  constraint signing_keys_algorithm_check check (algorithm in ('ES256', 'EdDSA', 'RS256'))
)`

const auditEvents = `
create table audit_events (
  id uuid not null primary key,
  at timestamptz(3) not null,
  event text not null,
  outcome text not null,
  user_id text null,
  client_id text null,
  ip text null,
  device_authorization_id text null,
  family_id text null,
  detail text null,
  request_id text null,
  constraint audit_events_outcome_check check (outcome in ('ok', 'refused'))
)`

const rateLimits = `create table rate_limits (key varchar(255) not null primary key, points int not null, expire bigint null)`

const indexes = [
  'create index linked_identities_user_id_index on linked_identities (user_id)',
  'create index browser_sessions_user_id_index on browser_sessions (user_id)',
  'create index browser_sessions_expires_at_index on browser_sessions (expires_at)',
  'create index device_authorizations_expires_at_index on device_authorizations (expires_at)',
  'create index device_authorizations_requester_source_expires_at_index on device_authorizations (requester_source, expires_at)',
  'create index login_transactions_expires_at_index on login_transactions (expires_at)',
  'create index refresh_families_user_id_index on refresh_families (user_id)',
  'create index refresh_tokens_family_id_index on refresh_tokens (family_id)',
  'create index audit_events_at_index on audit_events (at)',
  'create index audit_events_user_id_at_index on audit_events (user_id, at)',
]

export class MigrationSignIn extends Migration {
  override up(): void {
    const tables = [
      users,
      linkedIdentities,
      browserSessions,
      deviceAuthorizations,
      loginTransactions,
      refreshFamilies,
      refreshTokens,
      signingKeys,
      auditEvents,
      rateLimits,
    ]
    for (const statement of [...tables, ...indexes]) this.addSql(statement)
  }
}
