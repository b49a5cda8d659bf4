/**
 * The listener of a terminal that can prove it is on the browser's computer, the browser that proved it, and what an approval rested on. All
 * of it may be missing, for rows and nodes of the version before; `code_typed` is false then, the stricter answer.
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
