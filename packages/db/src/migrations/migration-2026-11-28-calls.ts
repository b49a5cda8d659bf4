/** Stores when a session's access token was last used; sessions are refreshed less often. */
import { Migration } from '@mikro-orm/migrations'

export class MigrationCalls extends Migration {
  override up(): void {
    this.addSql('alter table refresh_families add column called_at timestamptz(3) null')
  }
}
