/** Runs core's contract suite for `ConventionStore` on both database engines. */
import { conventionStoreContract } from '@osa/core/testing/convention-contract'
import { openTestDatabase } from './testing/index.ts'

conventionStoreContract('PGlite', () => openTestDatabase('pglite'))
conventionStoreContract('PostgreSQL', () => openTestDatabase('postgres'))
