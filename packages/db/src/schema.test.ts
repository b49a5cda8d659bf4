/** Migrations and entities describe one and the same schema. */
import { expect, test } from 'vitest'
import { entities } from './entities.ts'
import { migrations, newestMigration } from './migrations.ts'
import { tables } from './tables.ts'
import { openTestDatabase } from './testing/index.ts'

test.each(['pglite', 'postgres'] as const)(
  'on %s the migrated schema is the one that the entities describe',
  async (kind) => {
    await using database = await openTestDatabase(kind)
    expect((await database.orm.schema.getUpdateSchemaSQL()).trim()).toBe('')
  },
)

test('stores and MikroORM agree on the name of every column', async () => {
  await using database = await openTestDatabase('pglite')
  for (const table of Object.values(tables)) {
    const entity = entities.find(({ meta }) => meta.tableName === table.name)
    const columns =
      entity &&
      database.orm
        .getMetadata()
        .get(entity)
        .props.flatMap(({ fieldNames }) => fieldNames)
    expect(columns?.map((column) => `${table.name}.${column} as ${column}`).join(', ')).toBe(table.columns(''))
  }
})

test('I01 I02 no table has a column for a device code, a user code, a token or a cookie in clear', () => {
  const clear = /^(device_code|user_code|refresh_token|access_token|token|secret|state|cookie|private_jwk)$/
  const columns = Object.values(tables).flatMap((table) => table.columns('').split(', '))
  expect(columns.filter((column) => clear.test(column.split(' as ')[1] ?? ''))).toEqual([])
})

test('the newest migration is the last in line', () => {
  expect(migrations.at(-1)?.name).toBe(newestMigration)
})
