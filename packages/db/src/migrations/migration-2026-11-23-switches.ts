/** The table of operators' switches (L10). */
import { Migration } from '@mikro-orm/migrations'

export class MigrationSwitches extends Migration {
  override up(): void {
    this.addSql(`
create table switches (
  name text not null primary key,
  enabled boolean not null,
  changed_at timestamptz(3) not null
)`)
  }
}
