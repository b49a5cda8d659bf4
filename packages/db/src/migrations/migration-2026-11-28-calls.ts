/** When an access token of a session was last used, which is more often than it is refreshed. */
import { Migration } from '@mikro-orm/migrations'

export class MigrationCalls extends Migration {
  override up(): void {
    this.addSql('alter table refresh_families add column called_at timestamptz(3) null')
  }
}
