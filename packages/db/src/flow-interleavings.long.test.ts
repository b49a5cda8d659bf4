/** Whole sign-ins with interleaved steps: on PostgreSQL with each step at one of three nodes, each with its own pool, and on PGlite. */
import { flowInterleavings, refreshesAtOnce } from '@osa/core/testing/contract'
import { openDatabase } from './index.ts'
import { openTestDatabase } from './testing/index.ts'

async function open() {
  const first = await openTestDatabase('postgres')
  const databaseUrl = first.databaseUrl ?? ''
  const others = await Promise.all([openDatabase({ databaseUrl }), openDatabase({ databaseUrl })])
  return {
    stores: [first, ...others].map(({ store }) => store),
    async [Symbol.asyncDispose]() {
      await Promise.all(others.map((other) => other.close()))
      await first[Symbol.asyncDispose]()
    },
  }
}

async function openEmbedded() {
  const database = await openTestDatabase('pglite')
  return { stores: [database.store], [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
}

flowInterleavings('PostgreSQL', open, 300)
flowInterleavings('PGlite', openEmbedded, 40)
refreshesAtOnce('PostgreSQL', open, 100)
refreshesAtOnce('PGlite', openEmbedded, 10)
