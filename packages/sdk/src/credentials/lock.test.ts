import { spawnSync } from 'node:child_process'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { makeTemporaryDir } from '../testing/index.ts'
import { acquireLock, removeSpentLocks } from './lock.ts'

const acquire = (path: string, timeoutMs = 5000) =>
  acquireLock(path, { timeoutMs, clock: systemClock, purpose: 'renewing this session' })

const deadPid = (): number => spawnSync(process.execPath, ['-e', '0']).pid ?? 0

const leaveLock = async (path: string, owner: object): Promise<void> => {
  await mkdir(path)
  await writeFile(join(path, 'owner'), JSON.stringify({ nonce: 'old', ...owner }))
}

test('K32: one holder at a time, and nothing is left behind', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  let holders = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      const lock = await acquire(path)
      most = Math.max(most, ++holders)
      await systemClock.sleep(5)
      holders--
      await lock.release()
    }),
  )
  expect(most).toBe(1)
  expect(await readdir(dir.path)).toEqual([])
})

test('K32: the lock of a process that is gone is taken over at once, by one of many', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  await leaveLock(path, { pid: deadPid(), host: hostname() })
  const startedAtMs = Date.now()
  let holders = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const lock = await acquire(path)
      most = Math.max(most, ++holders)
      await systemClock.sleep(2)
      holders--
      await lock.release()
    }),
  )
  expect(most).toBe(1)
  expect(Date.now() - startedAtMs).toBeLessThan(3000)
})

test('K32: a holder on another machine counts as alive for 30 s of silence', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  await leaveLock(path, { pid: 1, host: 'elsewhere' })
  await expect(acquire(path, 100)).rejects.toMatchObject({ code: 'lock_timeout' })
  const longAgo = new Date(Date.now() - 31_000)
  await utimes(join(path, 'owner'), longAgo, longAgo)
  await (await acquire(path, 100)).release()
})

test('K32: a lock whose maker died before signing it does not last', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  await mkdir(path)
  await expect(acquire(path, 50)).rejects.toMatchObject({ code: 'lock_timeout' })
  const before = new Date(Date.now() - 3000)
  await utimes(path, before, before)
  await (await acquire(path, 50)).release()
})

test('K32: what killed processes left of ended locks goes after two minutes, and locks that are held stay', async () => {
  await using dir = await makeTemporaryDir()
  const nonce = 'af2e704dbff295fa71635549'
  const before = new Date(Date.now() - 121_000)
  const names = [
    `credentials.json.lock.${nonce}.done`,
    `0123.refresh.${nonce}.stale`,
    'credentials.json.lock',
    'notes.done',
  ]
  for (const name of names) {
    await leaveLock(join(dir.path, name), { pid: process.pid, host: hostname() })
    await utimes(join(dir.path, name), before, before)
  }
  const recent = `credentials.json.lock.${nonce.replace('a', 'b')}.done`
  await leaveLock(join(dir.path, recent), { pid: process.pid, host: hostname() })
  await removeSpentLocks(dir.path, Date.now())
  expect((await readdir(dir.path)).sort()).toEqual([recent, 'credentials.json.lock', 'notes.done'].sort())
})

test('S22: waiting in vain names the holder', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  const lock = await acquire(path)
  await expect(acquire(path, 60)).rejects.toThrow(
    `Another osa process (pid ${process.pid}) has been renewing this session for 0.06 s`,
  )
  await lock.release()
})
