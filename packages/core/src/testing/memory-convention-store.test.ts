/** The memory store passes the suite for every `ConventionStore`. */
import { conventionStoreContract } from './convention-store-contract.ts'
import { memoryConventionStore } from './memory-convention-store.ts'
import { memoryAuthStore } from './memory-store.ts'

conventionStoreContract('memory', async () => {
  const store = memoryAuthStore()
  return { store, conventions: memoryConventionStore(store), async [Symbol.asyncDispose]() {} }
})
