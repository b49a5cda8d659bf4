/** F12: signing keys are rotated repeatedly while people work at two processes. No request is refused, and the new keys come into use. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { approved, clientAt, documentOf, redeemed, started } from './flow-operations.ts'
import { movableClock } from './movable-clock.ts'
import { cleanEnvironment, repository } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { withTwoNodes } from './two-nodes.ts'

const sessions = 4
const rotations = 3
const clientSecret = 'a-secret-of-a-resource-server'
const kidOf = (token = '') =>
  String(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString() || '{}').kid)

test('F12 while keys are rotated under load, every refresh, call, poll and introspection succeeds, and the new keys come into use', async () => {
  await using folder = await temporaryFolder()
  const clock = movableClock(folder.path)
  const clients = join(folder.path, 'clients.json')
  const client_secret_sha256 = createHash('sha256').update(clientSecret).digest('hex')
  const registered = {
    client_id: 'resource-server',
    client_name: 'R',
    grant_types: ['refresh_token'],
    scope: 'profile',
  }
  await writeFile(clients, JSON.stringify([{ ...registered, client_secret_sha256 }]))
  await withTwoNodes({ ...clock.settings, OSA_CLIENTS_FILE: clients }, async ({ one, twoUrl, settings }) => {
    const operatorSettings = { ...cleanEnvironment(), ...settings, OSA_PUBLIC_URL: one.url }
    const operator = join(repository, 'apps/server/bin/osa-server.js')
    const rotate = () => promisify(execFile)(process.execPath, [operator, 'keys', 'rotate'], { env: operatorSettings })
    const urls = [one.url, twoUrl]
    const [refused, kids]: [string[], Set<string>] = [[], new Set()]
    const note = (what: string, status: number, isRight: boolean) => {
      if (!isRight) refused.push(`${what}: ${status}`)
    }
    let answered = 0
    let isOver = false

    const introspect = async (url: string, token: string) => {
      const headers = { authorization: `Basic ${Buffer.from(`resource-server:${clientSecret}`).toString('base64')}` }
      const answer = await fetch(`${url}/oauth/introspect`, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ token }),
      })
      note('introspection', answer.status, ((await answer.json()) as { active?: boolean }).active === true)
    }
    const me = async (url: string, token: string) => {
      const answer = await fetch(`${url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } })
      note('a call', answer.status, answer.status === 200)
    }
    const work = async (n: number) => {
      const [here, there] = [clientAt(urls[n % 2] ?? ''), clientAt(urls[(n + 1) % 2] ?? '')]
      let { refreshToken: held } = await redeemed(clientAt(one.url))
      const { deviceCode } = await started(here)
      while (!isOver) {
        const renewed = await here.refresh(held)
        note('a refresh', renewed.status, renewed.status === 200)
        const tokens = documentOf(renewed)
        held = tokens.refresh_token ?? ''
        kids.add(kidOf(tokens.access_token))
        // at both processes, starting with the one that did not sign the token
        for (const url of urls.toReversed())
          await Promise.all([me(url, tokens.access_token ?? ''), introspect(url, tokens.access_token ?? '')])
        const poll = await there.poll(deviceCode)
        note(
          'a poll',
          poll.status,
          poll.status === 400 && /authorization_pending|slow_down|expired_token/.test(poll.text),
        )
        answered += 6
      }
    }
    // farther ahead than the tolerance, so that nodes do not correct it
    let at = 600
    // each process caches keys for 30 s; they read them at different times, so that one process knows keys that the other does not
    for (const url of urls) {
      at += 15
      await clock.set(at)
      await fetch(`${url}/.well-known/jwks.json`)
    }
    let isBroken = false
    const working = Promise.all(Array.from({ length: sessions }, (_, n) => work(n)))
    working.catch(() => {
      isBroken = true
    })
    const until = async (count: number) => {
      for (const goal = answered + count; answered < goal && !isBroken; )
        await new Promise((resolve) => setTimeout(resolve, 20))
    }
    try {
      for (let rotation = 0; rotation < rotations; rotation++) {
        await until(60)
        await rotate()
        // past the time in which the new key is published but does not sign, until it signs everywhere
        for (let step = 0; step < 24; step++) {
          at += 15
          await clock.set(at)
          await until(12)
        }
        const { deviceCode } = await approved(clientAt(one.url))
        expect((await clientAt(twoUrl).poll(deviceCode)).status, 'a sign-in between').toBe(200)
      }
    } finally {
      isOver = true
      await working
    }
    console.log(`${rotations} rotations amid ${answered} answers: ${kids.size} keys signed`)
    expect(refused).toEqual([])
    expect(kids.size).toBe(rotations + 1)
  })
})
