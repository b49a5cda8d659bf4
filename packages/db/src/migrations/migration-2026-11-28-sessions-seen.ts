/** Stores when a person last saw their sessions, so that the next visit can point out new ones. */
import { Migration } from '@mikro-orm/migrations'

export class MigrationSessionsSeen extends Migration {
  override up(): void {
    this.addSql('alter table users add column sessions_seen_at timestamptz(3) null')
  }
}
