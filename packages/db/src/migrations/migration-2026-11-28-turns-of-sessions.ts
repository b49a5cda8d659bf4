/** Stores how far a session's rotations are ahead of its allowed rate (J02). */
import { Migration } from '@mikro-orm/migrations'

export class MigrationTurnsOfSessions extends Migration {
  override up(): void {
    this.addSql('alter table refresh_families add column paced_until timestamptz(3) null')
  }
}
