import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { makeTemporaryDir } from '../testing/index.ts'
import { acquireLock, acquireLockUnless } from './lock.ts'

const acquire = (path: string, timeoutMs = 600_000, clock = systemClock) =>
  acquireLock(path, { timeoutMs, clock, purpose: 'renewing this session' })

/** Returns a clock that stands still, so that a holder's silence does not grow while the test runs slowly. */
function standingClock() {
  const nowMs = Date.now()
  return { ...systemClock, now: () => nowMs }
}

const deadPid = (): number => spawnSync(process.execPath, ['-e', '0']).pid ?? 0

async function leaveLock(path: string, owner: object): Promise<void> {
  await mkdir(path)
  await writeFile(join(path, 'owner'), JSON.stringify({ nonce: 'old', ...owner }))
}

test('K32 there is one holder at a time, and nothing is left behind', async () => {
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

test('K32 the lock of a dead process is taken over at once, by only one of several processes', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  await leaveLock(path, { pid: deadPid(), host: hostname() })
  const clock = standingClock()
  let holders = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const lock = await acquire(path, 600_000, clock)
      most = Math.max(most, ++holders)
      await systemClock.sleep(2)
      holders--
      await lock.release()
    }),
  )
  expect(most).toBe(1)
})

test.each([
  ['on another machine', { pid: 1, host: 'elsewhere' }],
  // it is dead, but another process has its id now
  ['with the id of a live process', { pid: process.ppid, host: hostname() }],
])('K32 a holder %s counts as alive for 17 s of silence', async (_, holder) => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  await leaveLock(path, holder)
  const lately = new Date(Date.now() - 10_000)
  await utimes(join(path, 'owner'), lately, lately)
  await expect(acquire(path, 3500, standingClock())).rejects.toMatchObject({ code: 'lock_timeout' })
  const longAgo = new Date(Date.now() - 18_000)
  await utimes(join(path, 'owner'), longAgo, longAgo)
  await (await acquire(path)).release()
})

test('K32 a lock whose process died before writing the owner file is taken over', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  const clock = standingClock()
  await mkdir(path)
  await expect(acquire(path, 50, clock)).rejects.toMatchObject({ code: 'lock_timeout' })
  const before = new Date(Date.now() - 3000)
  await utimes(path, before, before)
  await (await acquire(path, 50)).release()
})

test('K32 a lock that gets a new owner while the old one is judged dead stays with the new owner', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  const owner = join(path, 'owner')
  const [dead, living] = [
    { pid: deadPid(), host: hostname(), nonce: 'old' },
    { pid: process.pid, nonce: 'new' },
  ]
  await leaveLock(path, dead)
  // tries continuously to create the lock
  const rival = new Worker(
    `const { workerData: path, parentPort } = require('node:worker_threads')
     const end = Date.now() + 1500
     let made = 0
     while (Date.now() < end) try { require('node:fs').mkdirSync(path); made++ } catch {}
     parentPort.postMessage(made)`,
    { eval: true, workerData: path },
  )
  const made = once(rival, 'message').then(([times]) => times)
  await once(rival, 'online')
  const until = Date.now() + 1500
  const changingHands = {
    ...systemClock,
    now: () => {
      writeFileSync(owner, JSON.stringify({ host: hostname(), ...living }))
      return Date.now()
    },
  }
  while (Date.now() < until) {
    await writeFile(owner, JSON.stringify(dead))
    const waited = acquireLock(path, { timeoutMs: 5, clock: changingHands, purpose: 'renewing this session' })
    await expect(waited).rejects.toMatchObject({ code: 'lock_timeout' })
    expect(JSON.parse(await readFile(owner, 'utf8'))).toMatchObject(living)
    expect(await readdir(path)).toEqual(['owner'])
  }
  expect(await made).toBe(0)
})

test('K32 a lock whose process died while taking it over is taken over too', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  await leaveLock(path, { pid: deadPid(), host: hostname() })
  await rename(join(path, 'owner'), join(path, 'owner.0123456789abcdef01234567'))
  const before = new Date(Date.now() - 3000)
  await utimes(path, before, before)
  await (await acquire(path, 50)).release()
  expect(await readdir(dir.path)).toEqual([])
})

test('K32 a lock whose process was killed while writing the owner file is taken over', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  const clock = standingClock()
  await mkdir(path)
  await writeFile(join(path, 'owner'), '{"pid":47')
  await expect(acquire(path, 50, clock)).rejects.toMatchObject({ code: 'lock_timeout' })
  const before = new Date(Date.now() - 3000)
  await utimes(join(path, 'owner'), before, before)
  await (await acquire(path, 50)).release()
})

describe('K32 K37 a live holder keeps its lock when the clock is set', () => {
  test.each([
    ['forward', 3_600_000],
    ['back', -3_600_000],
  ])('%s by an hour', async (_name, shiftMs) => {
    await using dir = await makeTemporaryDir()
    const path = join(dir.path, 'lock')
    const lock = await acquire(path)
    const clock = { ...systemClock, now: () => Date.now() + shiftMs }
    const waited = acquireLock(path, { timeoutMs: 4000, clock, purpose: 'renewing this session' })
    await expect(waited).rejects.toMatchObject({ code: 'lock_timeout' })
    await lock.release()
  })
})

test('a wait ends without the lock when it is no longer needed', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  const options = { timeoutMs: 600_000, clock: systemClock, purpose: 'renewing this session' }
  const lock = await acquire(path)
  let asked = 0
  expect(await acquireLockUnless(async () => ++asked === 3, path, options)).toBeNull()
  await lock.release()
  const free = await acquireLockUnless(async () => false, path, options)
  await free?.release()
  expect([asked, free]).toEqual([3, expect.anything()])
})

test('lock_timeout names the holder', async () => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  const lock = await acquire(path)
  await expect(acquire(path, 60)).rejects.toThrow(
    `Another osa process (pid ${process.pid}) has been renewing this session for 0.06 s`,
  )
  await lock.release()
})

test('K32 a lock path that is not a folder is store_unwritable, and links are not followed', async () => {
  await using dir = await makeTemporaryDir()
  const [path, elsewhere] = [join(dir.path, 'lock'), join(dir.path, 'elsewhere')]
  await mkdir(elsewhere)
  const before = new Date(Date.now() - 60_000)
  await utimes(elsewhere, before, before)
  const inTheWay = { code: 'store_unwritable', message: `${path} is not a folder, so no lock can be made there` }
  for (const target of [elsewhere, join(dir.path, 'nowhere')]) {
    await symlink(target, path)
    await expect(acquire(path, 500)).rejects.toMatchObject(inTheWay)
    await rm(path)
  }
  await writeFile(path, '')
  await expect(acquire(path, 500)).rejects.toMatchObject(inTheWay)
  expect(await readdir(elsewhere)).toEqual([])
})

test.each([
  ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
  ['a link to an endless device', (path: string) => symlink('/dev/zero', path)],
  ['a folder', (path: string) => mkdir(path)],
  ['a huge file', (path: string) => writeFile(path, ' '.repeat(5000))],
  ['an impossible process id', (path: string) => writeFile(path, '{"pid":-1,"host":"x","nonce":"y"}')],
  ['an infinite process id', (path: string) => writeFile(path, '{"pid":1e999,"host":"x","nonce":"y"}')],
])('K32 a lock with %s as its owner file is taken over', async (_name, make) => {
  await using dir = await makeTemporaryDir()
  const path = join(dir.path, 'lock')
  await mkdir(path)
  await make(join(path, 'owner'))
  await expect(acquire(path, 50)).rejects.toMatchObject({ code: 'lock_timeout' })
  execFileSync('touch', ['-h', '-d', '1 hour ago', join(path, 'owner')])
  await (await acquire(path)).release()
  expect(await readdir(dir.path)).toEqual([])
})
