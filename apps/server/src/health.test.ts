/** L12: a node that cannot load its keys is not ready. */
import { expect, test } from 'vitest'
import { createReadiness } from './health.ts'

function readiness(parts: { database: boolean; keys: boolean }) {
  const logged: string[] = []
  const isReady = createReadiness({
    isDatabaseReady: async () => parts.database,
    auth: {
      publicKeys: async () => {
        if (!parts.keys) throw new Error('the keys are encrypted with another secret')
        return { keys: [] }
      },
    },
    log: { error: (_details: object, message?: string) => logged.push(String(message)) },
  })
  return { isReady, logged }
}

test('L12 ready only with a database and usable keys, and logs that the keys cannot be loaded', async () => {
  expect(await readiness({ database: true, keys: true }).isReady()).toBe(true)
  expect(await readiness({ database: false, keys: true }).isReady()).toBe(false)
  const keyless = readiness({ database: true, keys: false })
  expect(await keyless.isReady()).toBe(false)
  expect(keyless.logged).toEqual(['the signing keys cannot be loaded'])
})
