/** The memory stores pass the suites for every store; `db` runs the same on PGlite and PostgreSQL. */
import { authorityContract, authStoreContract, flowInterleavings, refreshesAtOnce } from './auth-store-contract.ts'
import { conventionStoreContract } from './convention-store-contract.ts'
import { memoryConventionStore } from './memory-convention-store.ts'
import { memoryAuthStore } from './memory-store.ts'

async function open() {
  const store = memoryAuthStore()
  const conventions = memoryConventionStore(store)
  return { store, conventions, stores: [store, store, store], [Symbol.asyncDispose]: async () => undefined }
}

authStoreContract('memory', open)
conventionStoreContract('memory', open)
authorityContract('memory', open)
flowInterleavings('memory', open, 200)
refreshesAtOnce('memory', open, 100)
