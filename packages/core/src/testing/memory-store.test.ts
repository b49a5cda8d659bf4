/** The memory store keeps the contract that the database's stores are held to. */
import { authStoreContract } from './auth-store-contract.ts'
import { memoryAuthStore } from './memory-store.ts'

authStoreContract('memory', async () => ({ store: memoryAuthStore(), [Symbol.asyncDispose]: async () => undefined }))
