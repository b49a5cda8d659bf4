/**
 * Families name their tokens by generation, so that none is kept. What is there goes on at generation 0 with a salt of its own (122 random
 * bits of the database's): its old token is exchanged once more, by `refresh_tokens`, which stays until its families have ended. The
 * defaults are for nodes of the version before, while both run.
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
