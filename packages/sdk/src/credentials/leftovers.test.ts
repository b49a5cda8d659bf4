import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTemporaryDir } from '../testing/index.ts'
import { removeLeftovers } from './leftovers.ts'

const nonce = 'af2e704dbff295fa71635549'
const before = new Date(Date.now() - 121_000)

async function leaveLock(path: string, touched = before): Promise<void> {
  await mkdir(path)
  await writeFile(join(path, 'owner'), '{}')
  await utimes(path, touched, touched)
}

test('K32 released locks of killed processes are removed after two minutes, held locks are kept', async () => {
  await using temporary = await makeTemporaryDir()
  const dir = temporary.path
  await mkdir(join(dir, 'locks'))
  const kept = [
    'credentials.json.lock',
    'notes.done',
    'locks/0123.refresh',
    `credentials.json.lock.${nonce.replace('a', 'b')}.done`,
  ]
  for (const name of [`credentials.json.lock.${nonce}.done`, `locks/0123.refresh.${nonce}.done`]) {
    await leaveLock(join(dir, name))
  }
  for (const name of kept)
    await leaveLock(join(dir, name), name.endsWith(`${nonce.slice(1)}.done`) ? new Date() : before)
  await removeLeftovers({ dir, path: join(dir, 'credentials.json') }, Date.now())
  const left = (await readdir(dir, { recursive: true })).filter((name) => name !== 'locks' && !name.endsWith('owner'))
  expect(left.sort()).toEqual(kept.sort())
})

test('K18 a leftover that cannot be removed does not make a save fail', async () => {
  await using temporary = await makeTemporaryDir()
  const dir = temporary.path
  const odd = join(dir, '.credentials.json.47.af2e.tmp')
  await mkdir(odd)
  await utimes(odd, before, before)
  await writeFile(join(dir, '.credentials.json.48.af2e.tmp'), 'half a token')
  await utimes(join(dir, '.credentials.json.48.af2e.tmp'), before, before)
  await removeLeftovers({ dir, path: join(dir, 'credentials.json') }, Date.now())
  expect(await readdir(dir)).toEqual(['.credentials.json.47.af2e.tmp'])
})
