/**
 * The original Python `osa` and ours share one `credentials.json`. The original refreshes before every command without a lock, possibly several
 * at once, and rewrites the entry with exactly two keys, indented by two, without a final newline. These tests imitate its requests and writes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { runOsa } from './osa-process.ts'
import { ageLogin, credentialsPath, entryOf, logIn, readEntries, writeEntries } from './stored-login.ts'
import { temporaryFolder } from './temporary-folder.ts'

const foreign = {
  'https://other.example': { access_token: 'a', refresh_token: 'r' },
  'a tool of mine': { kept: [1, 2] },
}

/** Imitates a command of osa-py: read, refresh, write, call. If the refresh is not 200, it uses the old token. Returns the status of the call. */
async function runOsaPy(home: string, url: string): Promise<number> {
  const { access_token, refresh_token } = entryOf(home, url)
  const refreshed = await fetch(`${url}/api/v1/auth/refresh`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ refresh_token }),
  })
  let token = access_token
  if (refreshed.status === 200) {
    const pair = (await refreshed.json()) as { access_token: string; refresh_token: string }
    token = pair.access_token
    const entries = JSON.parse(readFileSync(credentialsPath(home), 'utf8')) as object
    const entry = { access_token: pair.access_token, refresh_token: pair.refresh_token }
    writeFileSync(credentialsPath(home), JSON.stringify({ ...entries, [url]: entry }, null, 2))
  }
  return (await fetch(`${url}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${token}` } })).status
}

/** Starts a node, and creates a home whose credentials file has a login and entries of other programs. */
async function startWorld() {
  const folder = await temporaryFolder()
  const node = await startNode(await onPostgres(folder))
  const home = join(folder.path, 'home')
  await logIn(node.url, { home })
  writeEntries(home, { ...foreign, ...readEntries(home) })
  return {
    url: node.url,
    home,
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('commands of osa-py, alone and concurrent, and ours in between, keep using one session', async () => {
  await using world = await startWorld()
  const { url, home } = world
  const whoami = () => runOsa(['whoami', '--server', url], { home })
  for (let round = 0; round < 6; round++) {
    expect(await runOsaPy(home, url)).toBe(200)
    expect(Object.keys(entryOf(home, url))).toEqual(['access_token', 'refresh_token'])
    // ours reads the expiry from the token itself, and does not refresh
    const written = readFileSync(credentialsPath(home), 'utf8')
    expect(await whoami()).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(credentialsPath(home), 'utf8')).toBe(written)
    expect(await Promise.all(Array.from({ length: 4 }, () => runOsaPy(home, url)))).toEqual([200, 200, 200, 200])
    // both refresh at the same time
    ageLogin(home, url)
    const [ours, ...theirs] = await Promise.all([whoami(), runOsaPy(home, url), runOsaPy(home, url)])
    expect([ours?.code, ours?.stderr, ...theirs]).toEqual([0, '', 200, 200])
    expect(readEntries(home)).toMatchObject(foreign)
  }
  const last = entryOf(home, url)
  expect(await runOsa(['logout', url], { home })).toMatchObject({ code: 0 })
  expect(readEntries(home)).toEqual(foreign)
  const { status } = await fetch(`${url}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${last.access_token}` } })
  expect(status, 'the session that both used has ended').toBe(401)
})

test('while osa-py rewrites the file in place, ours never reads it as corrupt or empty', async () => {
  await using world = await startWorld()
  const { url, home } = world
  const text = JSON.stringify(readEntries(home), null, 2)
  let isOver = false
  const rewriting = (async () => {
    let times = 0
    for (; !isOver; times++) {
      writeFileSync(credentialsPath(home), text)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return times
  })()
  const runs = []
  for (let round = 0; round < 2; round++) {
    runs.push(...(await Promise.all(Array.from({ length: 8 }, () => runOsa(['whoami', '--server', url], { home })))))
  }
  isOver = true
  const failed = runs.filter(({ code }) => code !== 0)
  console.info(`${runs.length} commands while the file was rewritten ${await rewriting} times, ${failed.length} failed`)
  expect(failed).toEqual([])
  expect(readFileSync(credentialsPath(home), 'utf8')).toBe(text)
})
