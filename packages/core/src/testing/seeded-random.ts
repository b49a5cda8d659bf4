/** Randomness that repeats itself: the same seed gives the same bytes in the same order. For tests only. */
import { createHash } from 'node:crypto'
import type { RandomBytes } from '../auth/secret.ts'

/** A stream of bytes fixed by `seed`: SHA-256 of seed and a counter, block after block. */
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
