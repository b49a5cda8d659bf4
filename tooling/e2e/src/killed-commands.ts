/**
 * Kills `osa` with SIGKILL at random moments of a refresh and of a login (K18, K32, K35). After each kill the credentials file is readable,
 * the next command works with the session in it, and no lock of the killed process delays it. `OSA_TEST_SEED` repeats a run.
 */
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { approve } from './approve.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { type OsaProcess, runOsa, spawnOsa, startLogin } from './osa-process.ts'
import { ageLogin, credentialsPath, entryOf, logIn, readEntries, writeEntries } from './stored-login.ts'
import { startTappedProxy, type TappedProxy } from './tapped-proxy.ts'
import { temporaryFolder } from './temporary-folder.ts'

const seed = Number(process.env.OSA_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
const maxHomes = 4

/** mulberry32: each kill has its own sequence of numbers, independent of the order of kills. */
function createRandom(of: number) {
  let state = (seed + of * 0x9e3779b9) | 0
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below
  }
}
type Random = ReturnType<typeof createRandom>

interface Home {
  readonly home: string
  readonly proxy: TappedProxy
}

/** The results of all kills. */
interface Tally {
  /** Numbers of kills, by the state that they left. */
  counts: Record<string, number>
  recoveryMs: number[]
}

function count({ counts }: Tally, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1
}

function killAfter(osa: OsaProcess, ms: number): void {
  setTimeout(() => osa.child.kill('SIGKILL'), ms)
}

/** Runs the next command after a kill, which must succeed, and records its duration. */
async function recover(home: string, url: string, tally: Tally, what: string): Promise<void> {
  const startedAt = performance.now()
  const whoami = await runOsa(['whoami', '--server', url], { home })
  tally.recoveryMs.push(Math.round(performance.now() - startedAt))
  expect(whoami, `${what}, seed ${seed}: ${whoami.stderr}`).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Carberry'),
  })
}

/** Kills a refresh at a random time, when it reaches the node, or shortly after the node has rotated the token. */
async function killRefresh({ home, proxy }: Home, random: Random, tally: Tally): Promise<void> {
  ageLogin(home, proxy.url)
  const before = entryOf(home, proxy.url)
  let hasRotated = false
  const osa = spawnOsa(['whoami', '--server', proxy.url], { home })
  const moment = random(4)
  // saving takes a few milliseconds on a quiet machine and many on a busy one
  const soonMs = random(random(2) < 1 ? 20 : 200)
  proxy.onAsked = () => moment >= 1 && moment < 1.5 && osa.child.kill('SIGKILL')
  proxy.onAnswered = () => {
    hasRotated = true
    if (moment >= 1.5) killAfter(osa, soonMs)
  }
  if (moment < 1) killAfter(osa, random(300))
  const ended = await osa.ended
  proxy.onAsked = () => undefined
  proxy.onAnswered = () => undefined
  const hasSaved = entryOf(home, proxy.url).refresh_token !== before.refresh_token
  if (ended !== 'SIGKILL') count(tally, 'refresh: done before the kill')
  else if (hasSaved) count(tally, 'refresh: killed after saving')
  else count(tally, hasRotated ? 'refresh: killed between rotation and saving' : 'refresh: killed before rotation')
  await recover(home, proxy.url, tally, 'after a killed refresh')
}

/** Kills a new login over an existing one, either early or around its approval. Afterwards the old or the new login must work. */
async function killLogin({ home }: Home, { url }: NodeProcess, random: Random, tally: Tally): Promise<void> {
  const before = entryOf(home, url)
  const isEarly = random(4) < 1
  const delayMs = random(isEarly ? 250 : random(2) < 1 ? 120 : 600)
  if (isEarly) {
    const osa = spawnOsa(['login', url, '--force', '--json', '--no-link'], { home })
    killAfter(osa, delayMs)
    await osa.ended
    count(tally, 'login: killed before the approval')
  } else {
    const login = await startLogin(url, { home }, ['--force'])
    await approve(url, login.userCode)
    killAfter(login, delayMs)
    const hasEnded = (await login.ended) === 0
    const hasSaved = entryOf(home, url).refresh_token !== before.refresh_token
    count(tally, hasEnded ? 'login: done before the kill' : `login: killed ${hasSaved ? 'after' : 'before'} saving`)
  }
  await recover(home, url, tally, 'after a killed login')
}

/** Returns the files that killed processes left beside the credentials: half-written replacements, released locks and held locks. */
function leftovers({ home }: Home): string[] {
  const dir = dirname(credentialsPath(home))
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/^(locks|credentials\.json)$/.test(name),
  )
}

/**
 * Kills this many commands, in up to four homes at once. Fails if a kill ends a session, corrupts the file or leaves a lock that delays the
 * next command.
 */
export async function killCommands(kills: number): Promise<void> {
  // a node lets one source start 60 logins a minute
  const killedLogins = Math.min(Math.floor(kills / 4), 40)
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const node = stack.use(await startNode({ OSA_DATA_DIR: join(folder.path, 'data') }))
  const tally: Tally = { counts: {}, recoveryMs: [] }
  const startedAt = performance.now()
  let next = 0
  const work = async (name: number): Promise<Home> => {
    const proxy = stack.use(await startTappedProxy(node.url))
    const at: Home = { home: join(folder.path, `home-${name}`), proxy }
    await logIn(node.url, at)
    // two sessions: one is refreshed through the proxy, the other is replaced by new logins
    writeEntries(at.home, { [proxy.url]: entryOf(at.home, node.url), 'https://other.example': { kept: true } })
    await logIn(node.url, at)
    while (next < kills) {
      const kill = next++
      const random = createRandom(kill)
      if (kill % 4 === 0 && kill / 4 < killedLogins) await killLogin(at, node, random, tally)
      else await killRefresh(at, random, tally)
      expect(readEntries(at.home)['https://other.example']).toEqual({ kept: true })
      expect(statSync(credentialsPath(at.home)).mode & 0o777).toBe(0o600)
    }
    // a refresh of each login succeeds despite the locks that are left
    for (const url of [proxy.url, node.url]) {
      ageLogin(at.home, url)
      await recover(at.home, url, tally, 'at the end')
    }
    return at
  }
  const worked = await Promise.all(
    Array.from({ length: Math.min(maxHomes, Math.ceil(kills / 4)) }, (_, name) => work(name)),
  )
  const left = worked.flatMap(leftovers)
  const slowest = Math.max(...tally.recoveryMs)
  const temporary = left.filter((name) => name.endsWith('.tmp'))
  const spent = left.filter((name) => /\.(lock|refresh)\.[0-9a-f]{24}\.done(\/owner(\.[0-9a-f]{24})?)?$/.test(name))
  const report = {
    seed,
    ...tally.counts,
    slowestRecoveryMs: slowest,
    temporaryFiles: temporary.length,
    endedLocks: spent.length,
  }
  console.info(`${next} kills in ${Math.round((performance.now() - startedAt) / 1000)} s: ${JSON.stringify(report)}`)
  // a lock without an owner file expires after 2 s, one of a dead process at once, and any other only after 17 s
  expect(slowest).toBeLessThan(17_000)
  const held = left.filter((name) => !temporary.includes(name) && !spent.includes(name))
  expect(held, 'locks held at the end').toEqual([])
}
