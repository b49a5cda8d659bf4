/** Repeatable randomness for tests: the same seed gives the same bytes in the same order. */
import { createHash } from 'node:crypto'
import type { RandomBytes } from '../auth/secret.ts'

/** Returns a stream of bytes that depends only on `seed`: blocks of SHA-256 over the seed and a counter. */
export function seededRandom(seed: string | number): RandomBytes {
  let blocks = 0
  let pool = Buffer.alloc(0)
  return (bytes) => {
    while (pool.length < bytes) {
      pool = Buffer.concat([pool, createHash('sha256').update(`${seed}:${blocks++}`).digest()])
    }
    const taken = Uint8Array.from(pool.subarray(0, bytes))
    pool = pool.subarray(bytes)
    return taken
  }
}
