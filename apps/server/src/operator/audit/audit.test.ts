/** `osa-server users` and `audit` beside a running node on real PostgreSQL: names, filters, export and follow. */
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { runOn } from '@osa/db/testing'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { callOsaServer, documents, osaServerPath } from '../../testing/osa-server.ts'
import { type SpawnedNode, spawnNode } from '../../testing/spawn-node.ts'
import { logIn, post } from '../../testing/spawned-sign-in.ts'

const carberry = '0000-0002-1825-0097'

const newSettings = async () => ({
  DATABASE_URL: await createSharedDatabase({ migrated: true }),
  OSA_SECRET: randomBytes(32).toString('base64url'),
})

const renew = (node: SpawnedNode, refreshToken: string) =>
  post(node, '/oauth/token', { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: 'osa-cli' })

test('L07 L10 people are listed and shown with their sessions, and the audit shows their name and ORCID iD', async () => {
  const env = await newSettings()
  await using node = await spawnNode({ env })
  await logIn(node)
  const person = `${node.url}/development#${carberry}`
  const listed = documents((await callOsaServer(['users', 'list', '--search', 'CARBERRY', '--json'], env)).stdout)
  expect(listed).toMatchObject([{ name: 'Josiah Carberry', role: 'user', identities: [{ subject: carberry }] }])
  expect((await callOsaServer(['users', 'list', '--search', 'nobody'], env)).stdout).toMatch(/^No matching people/)
  const shown = await callOsaServer(['users', 'show', person], env)
  expect([shown.code, shown.stderr]).toEqual([0, ''])
  expect(shown.stdout).toMatch(/^Name +Josiah Carberry\n[\s\S]*\nDEVICE [\s\S]* osa-cli /)
  const [document] = documents((await callOsaServer(['users', 'show', listed[0].id, '--json'], env)).stdout)
  expect(document).toMatchObject({ ...listed[0], sessions: [{ client_id: 'osa-cli', ip: '127.0.0.1' }] })
  // a bare ORCID iD stands for the issuer orcid.org, but carberry signed in with the development sign-in
  expect(await callOsaServer(['users', 'show', carberry], env)).toMatchObject({ code: 1, stdout: '' })

  const table = await callOsaServer(['audit', '--event', 'device.approve'], env)
  expect(table.stdout).toContain(`Josiah Carberry (${carberry})`)
  const of = async (...args: string[]) => documents((await callOsaServer(['audit', '--json', ...args], env)).stdout)
  const ofSession = await of('--device', document.sessions[0].id)
  expect(ofSession).toMatchObject([
    { event: 'device.redeem', user_name: 'Josiah Carberry', user_identities: [person], ip: '127.0.0.1' },
  ])
  expect(await of('--address', '192.0.2.1')).toEqual([])
  expect((await of('--address', '127.0.0.1')).length).toBeGreaterThan(3)
})

test('L07 all events are exported as JSON lines, more than one page of them', async () => {
  const env = await newSettings()
  const rows = `select gen_random_uuid(), '2026-01-01T00:00:00Z'::timestamptz + n / 3 * interval '1 s', 'sign_out', 'ok', n::text`
  await runOn(
    env.DATABASE_URL,
    `insert into audit_events (id, at, event, outcome, detail) ${rows} from generate_series(1, 2500) n`,
  )
  const run = await callOsaServer(['audit', '--format', 'jsonl'], env)
  expect([run.code, run.stderr]).toEqual([0, ''])
  const events = documents(run.stdout)
  expect(new Set(events.map(({ detail }) => detail)).size).toBe(2500)
  expect(events.map(({ at }) => at)).toEqual(
    events
      .map(({ at }) => at)
      .sort()
      .reverse(),
  )
  expect(documents((await callOsaServer(['audit', '--format', 'jsonl', '--limit', '7'], env)).stdout)).toHaveLength(7)
  expect(await callOsaServer(['audit', '--format', 'csv'], env)).toMatchObject({ code: 2, stdout: '' })
})

test('L07 --follow prints each new event once, including late commits, until a signal or until its reader exits', async () => {
  const env = await newSettings()
  await using node = await spawnNode({ env })
  const { refresh_token } = await logIn(node)
  const start = () => {
    const child = spawn(process.execPath, [osaServerPath, 'audit', '--follow', '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const until = async (fits: (event: { event: string; detail: string | null }) => boolean) => {
      const seen: string[] = []
      for (;;) {
        const { value, done } = await lines.next()
        if (done) throw new Error(`the output ended after ${seen.join(', ')}`)
        const event = JSON.parse(value)
        seen.push(event.id)
        if (fits(event)) return seen
      }
    }
    return { child, until }
  }
  const following = start()
  const before = await following.until(({ event }) => event === 'device.redeem')
  const renewed = await renew(node, refresh_token)
  const first = await following.until(({ event }) => event === 'token.refresh')
  // an event of a transaction that started earlier and commits only now
  await runOn(
    env.DATABASE_URL,
    `insert into audit_events (id, at, event, outcome, detail) values ('${randomUUID()}', now() - interval '30 s', 'sign_out', 'ok', 'late')`,
  )
  const late = await following.until(({ detail }) => detail === 'late')
  await renew(node, renewed.body.refresh_token)
  const second = await following.until(({ event }) => event === 'token.refresh')
  const all = [...before, ...first, ...late, ...second]
  expect(new Set(all).size).toBe(all.length)
  following.child.kill('SIGTERM')
  expect(await once(following.child, 'close')).toEqual([0, null])

  const abandoned = start()
  await abandoned.until(({ detail }) => detail === 'late')
  abandoned.child.stdout.destroy()
  const ended = once(abandoned.child, 'close')
  await callOsaServer(['device-grant', 'off'], env)
  expect(await ended).toEqual([0, null])
})
