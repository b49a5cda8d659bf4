/** Runs core's tests of authority that ends before it is used: on PostgreSQL with two nodes, each with its own pool, and on PGlite. */
import { authorityContract } from '@osa/core/testing/contract'
import { openDatabase } from './index.ts'
import { openTestDatabase } from './testing/index.ts'

authorityContract('PostgreSQL', async () => {
  const first = await openTestDatabase('postgres')
  const second = await openDatabase({ databaseUrl: first.databaseUrl ?? '' })
  return {
    stores: [first.store, second.store],
    async [Symbol.asyncDispose]() {
      await second.close()
      await first[Symbol.asyncDispose]()
    },
  }
})

authorityContract('PGlite', async () => {
  const database = await openTestDatabase('pglite')
  return { stores: [database.store], [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
})
