/** The memory store passes the suite for every `AuthStore`. */
import { authStoreContract } from './auth-store-contract.ts'
import { memoryAuthStore } from './memory-store.ts'

authStoreContract('memory', async () => ({ store: memoryAuthStore(), [Symbol.asyncDispose]: async () => undefined }))
