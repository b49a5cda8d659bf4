/** On the memory store; the database's package runs the same on PostgreSQL and PGlite. */
import { authorityContract } from './contract/authority.ts'
import { memoryAuthStore } from './memory-store.ts'

authorityContract('memory', async () => ({ stores: [memoryAuthStore()], [Symbol.asyncDispose]: async () => undefined }))
