/** The database's store keeps core's contract, on both engines. */
import { authStoreContract } from '@osa/core/testing/contract'
import { openTestDatabase } from './testing/index.ts'

authStoreContract('PGlite', () => openTestDatabase('pglite'))
authStoreContract('PostgreSQL', () => openTestDatabase('postgres'))
