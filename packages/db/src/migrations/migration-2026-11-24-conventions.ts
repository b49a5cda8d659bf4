/** The tables of conventions: their addresses, and every version deployed there. */
import { Migration } from '@mikro-orm/migrations'

const conventions = `
create table conventions (
  id uuid not null primary key,
  slug text not null constraint conventions_slug_unique unique,
  version int not null,
  created_at timestamptz(3) not null,
  constraint conventions_slug_check check (slug ~ '^[a-z][a-z0-9-]{2,63}$'),
  constraint conventions_version_check check (version >= 1)
)`

const conventionVersions = `
create table convention_versions (
  id uuid not null primary key,
  convention_id uuid not null constraint convention_versions_convention_id_foreign references conventions (id) on delete cascade,
  version int not null,
  title text not null,
  description text not null,
  schema_id text not null,
  schema_version text not null,
  hook_names text not null,
  content_hash text not null,
  deployed_by uuid null constraint convention_versions_deployed_by_foreign references users (id) on delete set null,
  created_at timestamptz(3) not null,
  manifest text not null,
  constraint convention_versions_convention_id_version_unique unique (convention_id, version),
  constraint convention_versions_version_check check (version >= 1)
)`

const indexes = ['create index convention_versions_deployed_by_index on convention_versions (deployed_by)']

export class MigrationConventions extends Migration {
  override up(): void {
    for (const statement of [conventions, conventionVersions, ...indexes]) this.addSql(statement)
  }
}
