/** Runs core's contract suite for `AuthStore` on both database engines. */
import { authStoreContract } from '@osa/core/testing/contract'
import { openTestDatabase } from './testing/index.ts'

authStoreContract('PGlite', () => openTestDatabase('pglite'))
authStoreContract('PostgreSQL', () => openTestDatabase('postgres'))
