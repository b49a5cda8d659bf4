/** The database's store of conventions keeps core's contract, on both engines; the sweep leaves it alone. */
import { conventionStoreContract } from '@osa/core/testing/convention-contract'
import { openTestDatabase } from './testing/index.ts'

conventionStoreContract('PGlite', () => openTestDatabase('pglite'))
conventionStoreContract('PostgreSQL', () => openTestDatabase('postgres'))
