/** Runs on the memory store; `db` runs the same suite on PostgreSQL and PGlite. */
import { authorityContract } from './contract/authority.ts'
import { memoryAuthStore } from './memory-store.ts'

authorityContract('memory', async () => ({ stores: [memoryAuthStore()], [Symbol.asyncDispose]: async () => undefined }))
