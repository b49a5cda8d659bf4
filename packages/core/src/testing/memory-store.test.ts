/** The memory store keeps the contract that the database's stores are held to. */
import { authStoreContract } from './auth-store-contract.ts'
import { memoryStore } from './memory-store.ts'

authStoreContract('memory', async () => ({ store: memoryStore(), [Symbol.asyncDispose]: async () => undefined }))
