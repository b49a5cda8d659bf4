/** Identifies a terminal's repeat of a refresh, whatever network it comes from. */
import { Migration } from '@mikro-orm/migrations'

export class MigrationAttempts extends Migration {
  override up(): void {
    this.addSql('alter table refresh_families add column attempt_hash text null')
  }
}
