/**
 * Families derive their tokens from a generation, so that tokens are no longer stored. Existing families continue at generation 0 with a
 * random salt (122 bits from the database). Their old token is exchanged once more through `refresh_tokens`, which stays until these
 * families have ended. The defaults are for nodes of the previous version while both run.
 */
import { Migration } from '@mikro-orm/migrations'

export class MigrationGenerations extends Migration {
  override up(): void {
    this.addSql(`
alter table refresh_families
  add column generation int not null default 0,
  add column salt text not null default (gen_random_uuid())::text,
  add column replays int not null default 0`)
  }
}
