/**
 * The original Python `osa` beside ours, on one `credentials.json`: it refreshes before every command without a lock, several at once, and
 * rewrites the entry with exactly two keys, indented by two, without a final newline. Here it is played by what it does to the file and the wire.
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

/** One command of osa-py: read, refresh, write, use. Any answer but 200 to the refresh means the old token. Answers the status of its use. */
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

/** A node, and a home whose credentials file has a login there beside somebody else's entries. */
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

test('commands of osa-py, alone and several at once, and ours in between, go on with one session', async () => {
  await using world = await startWorld()
  const { url, home } = world
  const whoami = () => runOsa(['whoami', '--server', url], { home })
  for (let round = 0; round < 6; round++) {
    expect(await runOsaPy(home, url)).toBe(200)
    expect(Object.keys(entryOf(home, url))).toEqual(['access_token', 'refresh_token'])
    // ours takes the expiry from the token itself now, and has no reason to refresh
    const written = readFileSync(credentialsPath(home), 'utf8')
    expect(await whoami()).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(credentialsPath(home), 'utf8')).toBe(written)
    expect(await Promise.all(Array.from({ length: 4 }, () => runOsaPy(home, url)))).toEqual([200, 200, 200, 200])
    // ours refreshes while theirs does
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

test('ours reads the file while osa-py rewrites it in place, and never treats it as broken or empty', async () => {
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
