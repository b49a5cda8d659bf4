/** Stores the sources of a session's last rotation, and how many rotations in a row had two of them (RFC 9700 §4.14.2). */
import { Migration } from '@mikro-orm/migrations'

export class MigrationSources extends Migration {
  override up(): void {
    this.addSql(`
alter table refresh_families
  add column rotated_from text null,
  add column repeated_from text null,
  add column shared_rotations int not null default 0`)
  }
}
