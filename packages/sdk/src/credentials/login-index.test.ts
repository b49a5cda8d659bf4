/** Reading a file that another program rewrites in place: an empty or half-written file counts as broken only if it stays that way. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { makeTemporaryDir } from '../testing/index.ts'
import { openIndexChanges } from './index-changes.ts'
import { openLoginIndex } from './login-index.ts'

const whole = '{"https://a.example": {"access_token": "a", "refresh_token": "r"}}'

async function setUp(text: string) {
  const temporary = await makeTemporaryDir()
  const dir = join(temporary.path, 'osa')
  await mkdir(dir, { mode: 0o700 })
  const path = join(dir, 'credentials.json')
  await writeFile(path, text, { mode: 0o600 })
  const index = openLoginIndex({ dir, warn: () => undefined })
  const { setAsideUnreadable } = openIndexChanges(index, systemClock)
  return { path, read: index.read, setAsideUnreadable, [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose]() }
}

test.each(['', whole.slice(0, 20)])(
  'a file that contains %j for a moment is read again and not set aside',
  async (torn) => {
    for (const work of ['read', 'setAsideUnreadable'] as const) {
      await using home = await setUp(torn)
      const working = home[work]()
      await new Promise((resolve) => setTimeout(resolve, 30))
      await writeFile(home.path, whole)
      expect(await working).toEqual(work === 'read' ? JSON.parse(whole) : null)
    }
  },
)

test('a file that stays broken is reported', async () => {
  await using home = await setUp('{')
  await expect(home.read()).rejects.toMatchObject({ code: 'malformed_credentials' })
})
