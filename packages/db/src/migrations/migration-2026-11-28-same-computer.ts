/**
 * Adds the same-computer proof: the terminal's listener, the browser that proved it, and what an approval rested on. All columns may be
 * empty, for rows and nodes of the previous version; `code_typed` is false then, which is the stricter value.
 */
import { Migration } from '@mikro-orm/migrations'

export class MigrationSameComputer extends Migration {
  override up(): void {
    this.addSql(`
alter table device_authorizations
  add column loopback_challenge text null,
  add column loopback_port int null,
  add column proven_browser_hash text null,
  add column approval text null`)
    this.addSql('alter table login_transactions add column code_typed boolean not null default false')
    this.addSql('alter table refresh_families add column approval text null')
  }
}
