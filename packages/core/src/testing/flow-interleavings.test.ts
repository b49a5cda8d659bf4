/** Whole sign-ins in random order, on the memory store; `db` runs the same on PostgreSQL through several pools. */
import { flowInterleavings } from './contract/flow-interleavings.ts'
import { refreshesAtOnce } from './contract/refreshes-at-once.ts'
import { memoryAuthStore } from './memory-store.ts'

async function open() {
  const store = memoryAuthStore()
  return { stores: [store, store, store], [Symbol.asyncDispose]: async () => undefined }
}

flowInterleavings('memory', open, 200)
refreshesAtOnce('memory', open, 100)
