/** The memory store keeps the contract of a `ConventionStore`. */
import { conventionStoreContract } from './convention-store-contract.ts'
import { memoryConventionStore } from './memory-convention-store.ts'
import { memoryStore } from './memory-store.ts'

conventionStoreContract('memory', async () => {
  const store = memoryStore()
  return { store, conventions: memoryConventionStore(store), async [Symbol.asyncDispose]() {} }
})
