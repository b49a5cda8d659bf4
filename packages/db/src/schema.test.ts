/** Migrations, entities and the query builder describe the same schema. */
import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { entities } from './entities.ts'
import type { Database } from './index.ts'
import { migrationNames } from './migration-names.ts'
import { migrations } from './migrations.ts'
import { queryOn } from './query.ts'
import { openTestDatabase } from './testing/index.ts'

const metadataOf = ({ orm }: Database) => entities.map(({ meta }) => orm.getMetadata().getByClassName(meta.className))

test.each(['pglite', 'postgres'] as const)('on %s the migrated schema matches the entities', async (kind) => {
  await using database = await openTestDatabase(kind)
  expect((await database.orm.schema.getUpdateSchemaSQL()).trim()).toBe('')
})

test('the query builder and MikroORM agree on the name of every column', async () => {
  await using database = await openTestDatabase('pglite')
  // the builder's types do not allow a table and column chosen at run time
  const query = queryOn(database.orm.em) as unknown as Kysely<Record<string, Record<string, unknown>>>
  for (const { tableName, properties } of metadataOf(database)) {
    const { ref, table } = query.dynamic
    for (const [property, { fieldNames }] of Object.entries(properties)) {
      const { sql } = query.selectFrom(table(tableName).as('t')).select(ref(property)).compile()
      expect(sql).toBe(`select "${fieldNames[0]}" from "${tableName}" as "t"`)
    }
  }
})

test('I01 I02 no table has a column for a device code, a user code, a token or a cookie in plain text', async () => {
  await using database = await openTestDatabase('pglite')
  const clear = /^(device_code|user_code|refresh_token|access_token|token|secret|state|cookie|private_jwk)$/
  const columns = metadataOf(database).flatMap(({ props }) => props.flatMap(({ fieldNames }) => fieldNames))
  expect(columns).toContain('token_hash')
  expect(columns.filter((column) => clear.test(column))).toEqual([])
})

test('the list of names has every migration, in the order they run', () => {
  expect(migrations.map(({ name }) => name)).toEqual(migrationNames)
})
