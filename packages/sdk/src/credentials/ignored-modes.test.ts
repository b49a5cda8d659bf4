/** Windows drives under WSL and many network shares accept chmod and ignore it. */
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { makeTemporaryDir } from '../testing/index.ts'
import { openCredentialStore } from './credential-store.ts'

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  fchmodSync: () => undefined,
}))

test('K19 where a mode cannot be changed, osa says once that others can read the file, and not that it was fixed', async () => {
  await using home = await makeTemporaryDir()
  const path = join(home.path, 'credentials.json')
  await writeFile(path, '{}')
  await chmod(path, 0o644)
  const warnings: string[] = []
  const store = openCredentialStore({ dir: home.path, clock: systemClock, warn: (text) => warnings.push(text) })
  await store.list()
  await store.list()
  expect(warnings).toEqual([`${path} is readable by others (mode 644) and cannot be changed here`])
})
