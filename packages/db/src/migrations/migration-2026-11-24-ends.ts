/**
 * Records ends (L08): when a device authorization was seen to have expired, families that expired, and access tokens seen to have
 * expired. Reserves user codes before they are issued again (C15); codes already in use count as issued.
 */
import { Migration } from '@mikro-orm/migrations'

export class MigrationEnds extends Migration {
  override up(): void {
    const statements = [
      'alter table device_authorizations add column ended_at timestamptz(3) null',
      'alter table refresh_families drop constraint refresh_families_revoked_because_check',
      `alter table refresh_families add constraint refresh_families_revoked_because_check
         check (revoked_because in ('logout', 'reuse', 'session_revoked', 'device_code_reuse', 'operator', 'expired'))`,
      'create table ended_access_tokens (access_token_id uuid not null primary key, ended_at timestamptz(3) not null)',
      'create index ended_access_tokens_ended_at_index on ended_access_tokens (ended_at)',
      'create table reserved_user_codes (user_code_hash text not null primary key, until timestamptz(3) not null)',
      'create index reserved_user_codes_until_index on reserved_user_codes (until)',
      `insert into reserved_user_codes (user_code_hash, until)
         select user_code_hash, expires_at + interval '1 day' from device_authorizations`,
    ]
    for (const statement of statements) this.addSql(statement)
  }
}
