/** Two processes on one database: races for one row, shared budgets, and operator commands that apply to both. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runOn } from '@osa/db/testing'
import { expect, test } from 'vitest'
import { createWalker } from './approve.ts'
import {
  type Answer,
  approved,
  arriveAtDecision,
  clientAt,
  documentOf,
  errorOf,
  redeemed,
  started,
} from './flow-operations.ts'
import { movableClock } from './movable-clock.ts'
import { cleanEnvironment, type NodeProcess, repository } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { behindProxy, withTwoNodes } from './two-nodes.ts'

test('D18 G05 H02 if two processes race for one row, there is one decision, one successor, and a final revocation', () =>
  withTwoNodes({}, async ({ one, twoUrl }) => {
    for (let round = 0; round < 5; round++) {
      const client = clientAt(one.url)
      const other = { ...clientAt(twoUrl), walker: client.walker }
      const { deviceCode, userCode } = await started(client)
      const confirm = await arriveAtDecision(client, userCode)
      const path = confirm.url.slice(one.url.length)
      const presses = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          client.walker.submit(`${n % 2 === 0 ? one.url : twoUrl}${path}`, confirm.html, 'name="decision"', {
            decision: n % 4 < 2 ? 'approve' : 'deny',
          }),
        ),
      )
      expect(presses.filter(({ status }) => status >= 500)).toEqual([])
      const outcome = await other.poll(deviceCode)
      expect([200, 400]).toContain(outcome.status)
      if (outcome.status === 400) expect(errorOf(outcome)).toBe('access_denied')
      expect(['invalid_grant', 'access_denied']).toContain(errorOf(await client.poll(deviceCode)))
    }

    const [client, other] = [clientAt(one.url), clientAt(twoUrl)]
    const { refreshToken } = await redeemed(client)
    const refreshes = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? client : other).refresh(refreshToken)),
    )
    expect(new Set(refreshes.map(({ status }) => status))).toEqual(new Set([200]))
    const successors = new Set(refreshes.map((answer) => documentOf(answer).refresh_token))
    expect(successors.size, 'one valid successor').toBe(1)
    const [leaf = ''] = successors
    await Promise.all([client.refresh(leaf ?? ''), other.revoke(refreshToken), client.revoke(leaf ?? '')])
    for (const node of [client, other]) expect(errorOf(await node.refresh(leaf ?? ''))).toBe('invalid_grant')
  }))

async function startFrom(url: string, forwardedFor: string): Promise<Answer> {
  const answer = await fetch(`${url}/oauth/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'osa-cli' }),
    headers: { 'x-forwarded-for': forwardedFor },
  })
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() }
}

test('J07 J09 C06 two processes share one budget for starts and one for guesses per IPv6 /64', () =>
  withTwoNodes(behindProxy, async ({ one, twoUrl }) => {
    const urls = [one.url, twoUrl]
    const hostOf = (n: number) => `2001:db8:1:2:${((n * 7919 + 1) % 65_536).toString(16)}::${(n + 1).toString(16)}`
    const statuses: number[] = []
    for (let n = 0; n < 66; n++) statuses.push((await startFrom(urls[n % 2] ?? '', hostOf(n))).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(60)
    expect(statuses.slice(60)).toEqual([429, 429, 429, 429, 429, 429])
    expect((await startFrom(twoUrl, '2001:db8:1:3::1')).status, 'the neighbouring /64').toBe(200)

    const guess = async (n: number): Promise<number> => {
      const walker = createWalker(one.url, (url, init) =>
        fetch(url, { ...init, headers: { ...init?.headers, 'x-forwarded-for': hostOf(n) } }),
      )
      const form = await walker.visit('/device')
      const url = n % 2 === 0 ? `${one.url}/device` : `${twoUrl}/device`
      return (await walker.submit(url, form.html, 'user_code', { user_code: 'BBBB-BBBB' })).status
    }
    const guesses: number[] = []
    for (let n = 0; n < 12; n++) guesses.push(await guess(n))
    expect(guesses.slice(10)).toEqual([429, 429])
    expect(guesses.slice(0, 10)).not.toContain(429)
  }))

test('J06 X-Forwarded-For from a peer that is not a trusted proxy is ignored: all requests use the budget of the peer', () =>
  withTwoNodes({ ...behindProxy, OSA_TRUSTED_PROXIES: '10.0.0.0/8' }, async ({ one, twoUrl }) => {
    const statuses: number[] = []
    for (let n = 0; n < 64; n++) {
      statuses.push((await startFrom(n % 2 === 0 ? one.url : twoUrl, `198.51.100.${n}`)).status)
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(4)
  }))

/** Returns the resident memory of a process in MiB, from /proc. */
async function residentMiB({ pid }: NodeProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

test('J08 two thousand sources at two processes add rows to the database but no lasting memory', () =>
  withTwoNodes(behindProxy, async ({ one, two, twoUrl, settings }) => {
    const sweepOf = async (from: number, to: number) => {
      for (let n = from; n < to; n += 20) {
        await Promise.all(
          Array.from({ length: 20 }, (_, k) =>
            startFrom(k % 2 === 0 ? one.url : twoUrl, `2001:db8:${(n + k).toString(16)}::1`),
          ),
        )
      }
    }
    await sweepOf(1, 401)
    const before = await Promise.all([one, two].map(residentMiB))
    await sweepOf(401, 2_001)
    const after = await Promise.all([one, two].map(residentMiB))
    const grown = after.map((mib, index) => mib - (before[index] ?? 0))
    console.log(`1,600 more sources: resident memory grew by ${grown.map((mib) => mib.toFixed(0)).join(' and ')} MiB`)
    for (const mib of grown) expect(mib).toBeLessThan(100)
    const { rows } = await runOn(
      settings.DATABASE_URL ?? '',
      `select count(*)::int as n from rate_limits where key like 'start_by_source:%'`,
    )
    expect(rows[0]?.n).toBeGreaterThan(1_000)
  }))

const osaServer = (settings: Record<string, string>, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(repository, 'apps/server/bin/osa-server.js'), ...args], {
    env: { ...cleanEnvironment(), ...settings },
  })

test('L10 H09 each operator command takes effect at both running processes within a minute', async () => {
  await using folder = await temporaryFolder()
  const clock = movableClock(folder.path)
  await withTwoNodes(clock.settings, async ({ one, twoUrl, settings }) => {
    const operatorSettings = { ...settings, OSA_PUBLIC_URL: one.url }
    let minutes = 0
    const order = async (...command: string[]) => {
      await osaServer(operatorSettings, ...command)
      await clock.set(60 * ++minutes)
    }
    const clients = [clientAt(one.url), clientAt(twoUrl)]
    const statusesOf = (token = '') =>
      Promise.all(
        [one.url, twoUrl].map(async (url) => {
          const headers = { authorization: `Bearer ${token}` }
          return (await fetch(`${url}/api/v1/auth/me`, { headers })).status
        }),
      )
    const [client = clientAt(one.url)] = clients
    // fill the caches of both processes
    const session = await redeemed(client)
    const waiting = await approved(client)
    const tokens = documentOf(await client.refresh(session.refreshToken))
    expect(await statusesOf(tokens.access_token)).toEqual([200, 200])

    await order('sessions', 'revoke', '--all')
    expect(await statusesOf(tokens.access_token)).toEqual([401, 401])
    for (const each of clients) {
      expect(errorOf(await each.refresh(tokens.refresh_token ?? ''))).toBe('invalid_grant')
      expect(errorOf(await each.poll(waiting.deviceCode)), 'a code that was approved before').toBe('expired_token')
    }

    const renewed = documentOf(await client.poll((await approved(client)).deviceCode))
    await order('keys', 'rotate', '--now')
    expect(await statusesOf(renewed.access_token)).toEqual([401, 401])
    const fresh = documentOf(await client.refresh(renewed.refresh_token ?? ''))
    expect(await statusesOf(fresh.access_token)).toEqual([200, 200])

    const starts = () => Promise.all(clients.map(async (each) => (await each.start()).status))
    await order('device-grant', 'off')
    expect(await starts()).toEqual([503, 503])
    await order('device-grant', 'on')
    expect(await starts()).toEqual([200, 200])
  })
})

test('F15 RFC 9068 §5: a person keeps their sub, gets a new one if deleted and created again, and it is never a client id', () =>
  withTwoNodes({}, async ({ one, settings }) => {
    const subOf = async (url: string) => {
      const client = clientAt(url)
      const tokens = documentOf(await client.poll((await approved(client)).deviceCode))
      const claims = JSON.parse(Buffer.from((tokens.access_token ?? '').split('.')[1] ?? '', 'base64url').toString())
      return { sub: String(claims.sub), client: String(claims.client_id), tokens }
    }
    const [first, again] = [await subOf(one.url), await subOf(one.url)]
    expect(again.sub).toBe(first.sub)
    expect(first.sub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(first.sub).not.toBe(first.client)

    await runOn(settings.DATABASE_URL ?? '', 'delete from users')
    const made = await subOf(one.url)
    expect(made.sub).not.toBe(first.sub)
    const old = await fetch(`${one.url}/api/v1/auth/me`, {
      headers: { authorization: `Bearer ${first.tokens.access_token}` },
    })
    expect(old.status, 'tokens of a deleted person').toBe(401)
    expect(errorOf(await clientAt(one.url).refresh(first.tokens.refresh_token ?? ''))).toBe('invalid_grant')
  }))
