/**
 * How many rows a caller can add to a real PostgreSQL, in every table: repeats each operation beyond its budget and counts its rows. The
 * results must match the table in `apps/docs/security.md`.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { sampleManifest } from '@osa/contract/testing'
import { createConventions, defaultBudgets, isRefusal } from '@osa/core'
import { callbackFor, manualClock, requesterAt, testAuth, testRequester, tokensOf } from '@osa/core/testing'
import { openTestDatabase } from '@osa/db/testing'
import { expect, test } from 'vitest'
import { createLimiter, sweepRateLimits } from './rate-limit.ts'
import { cutoffs } from './sweep.ts'

async function open() {
  const database = await openTestDatabase('postgres')
  const clock = manualClock(new Date())
  // the budget of new content is 64 MiB a day; a 64th of it shows the same
  const budgets = { ...defaultBudgets, deploy_kib_by_account: { points: 1_024, windowSeconds: 86_400 } }
  const limiter = createLimiter({ counters: database.rateLimits, now: clock.now, budgets })
  const { store } = database
  const world = testAuth({
    store,
    limiter,
    now: clock.now,
    startTimer: clock.startTimer,
    random: randomBytes,
    roleGrants: ({ subject }) => (subject === 'publisher' ? 'admin' : null),
  })
  const conventions = createConventions({ ...world.deps, store: database.conventions })
  const count = async (): Promise<Record<string, number>> => {
    const tables = await database.query({
      text: `select table_name from information_schema.tables where table_schema = 'public' and table_name not like '%migrations' order by 1`,
    })
    const names = tables.rows.map(({ table_name }) => String(table_name))
    const text = names.map((name) => `select '${name}' as name, count(*)::int as n from ${name}`).join(' union all ')
    const { rows } = await database.query({ text })
    return Object.fromEntries(rows.map(({ name, n }) => [String(name), Number(n)]))
  }
  return { ...world, database, clock, conventions, count }
}
type World = Awaited<ReturnType<typeof open>>

/** Returns a row of the document: the operation, and the rows that it left. */
async function grownBy({ count }: World, name: string, work: () => Promise<unknown>): Promise<string> {
  const before = await count()
  await work()
  const left = Object.entries(await count())
    .map(([table, n]) => [table, n - (before[table] ?? 0)] as const)
    .filter(([, n]) => n !== 0)
  return `| ${name} | ${left.length === 0 ? 'nothing' : left.map(([table, n]) => `${n} \`${table}\``).join(', ')} |`
}
async function times(count: number, work: (n: number) => Promise<unknown>) {
  for (let n = 0; n < count; n++) await work(n)
}

test('J02 the rows that each caller leaves in a real database match the document', async () => {
  const world = await open()
  await using _ = world.database
  const { auth, clock, database, client, conventions, logIn, arrive, refresh } = world
  const cli = client('osa-cli')
  const nextWindow = async () => {
    clock.advance({ seconds: 700 })
    await sweepRateLimits(database.rateLimits, clock.now())
  }
  await logIn('carberry')
  await nextWindow()
  const lines: string[] = []
  const measure = async (name: string, work: () => Promise<unknown>) => {
    lines.push(await grownBy(world, name, work))
    await nextWindow()
  }

  await measure('300 starts from one address in a minute', () =>
    times(300, () => auth.startDeviceAuthorization({ client: cli, requester: testRequester })),
  )
  await measure('1,000 wrong codes from one address in ten minutes', () =>
    times(1_000, () => auth.enterUserCode({ userCode: 'BBBBBBBB', requester: testRequester, userId: null })),
  )
  const browser = auth.newBrowserSecret()
  const beginOne = async () => {
    const begun = await auth.beginSignIn({
      ...{ providerId: 'orcid', browser, device: null, switchAccount: false, requester: testRequester },
    })
    return 'refused' in begun ? null : callbackFor(begun.authorizationUrl, { error: 'server_error' })
  }
  await measure('300 sign-ins begun from one address in a minute', () => times(300, beginOne))
  await measure('300 begun and failed', () =>
    times(300, async () => {
      const parameters = await beginOne()
      if (parameters) await auth.finishSignIn({ parameters, browser, session: null, requester: testRequester })
    }),
  )
  await measure('60 codes started, claimed and denied by one person', () =>
    times(60, async () => {
      const started = tokensOf(await auth.startDeviceAuthorization({ client: cli, requester: testRequester }))
      const { browser: signedIn, deviceAuthorizationId } = await arrive(started.user_code, 'carberry')
      await auth.decideDevice({ browser: signedIn, deviceAuthorizationId, decision: 'deny', requester: testRequester })
    }),
  )
  let held = (await logIn('carberry')).refresh_token
  await measure('1,000 refreshes of one session at once', () =>
    times(1_000, async () => {
      const outcome = await refresh(held)
      if (!isRefusal(outcome)) held = outcome.refresh_token
    }),
  )
  const repeated = (await logIn('carberry')).refresh_token
  await measure('100 repeats of one refresh', () => times(100, () => refresh(repeated)))
  const { access_token: over } = await logIn('carberry')
  clock.advance({ seconds: 1_000 })
  await measure('100 calls with an access token that has ended', () => times(100, () => auth.authenticate(over)))
  await measure('200 polls, refreshes, revocations and calls with made-up secrets', () =>
    times(200, async (n) => {
      const token = `${n}`.padStart(43, 'x')
      await world.poll(token)
      await refresh(token)
      await auth.revokeToken({ clients: [cli], token, requester: testRequester })
      await auth.introspectToken({ client: cli, token, requester: testRequester })
      await auth.authenticate(`a.b.${n}`)
    }),
  )
  await measure('100 addresses that start once each', () =>
    times(100, (n) => auth.startDeviceAuthorization({ client: cli, requester: requesterAt(`10.0.0.${n}`) })),
  )
  const principal = tokensOf(await auth.authenticate((await logIn('publisher')).access_token))
  const deploy = (manifest: object) =>
    conventions.deploy({ principal, manifests: [manifest], requester: testRequester })
  await measure('500 deploys without content of one account in an hour', () => times(500, () => deploy({})))

  // counters are removed with their windows
  clock.advance({ seconds: 90_000 })
  await sweepRateLimits(database.rateLimits, clock.now())
  expect((await world.count()).rate_limits).toBe(0)
  const { access_token } = await logIn('publisher')
  const publisher = tokensOf(await auth.authenticate(access_token))
  const large = (n: number) => sampleManifest({ title: 'Large', description: `${n}${'x'.repeat(2_900)}` })
  const contentKiB = async () => {
    const text = 'select coalesce(sum(octet_length(manifest)), 0)::int as n from convention_versions'
    return Number((await database.query({ text })).rows[0]?.n) / 1_024
  }
  let [hours, answered] = [0, 0]
  for (; hours < 4; hours++) {
    for (let n = 0; n < 300; n++) {
      const outcome = await conventions.deploy({
        principal: publisher,
        manifests: [large(hours * 300 + n)],
        requester: testRequester,
      })
      if ('conventions' in outcome) answered++
    }
    clock.advance({ seconds: 3_600 })
  }
  const stored = await contentKiB()
  console.log(`${answered} versions, ${stored.toFixed(0)} KiB of content`)
  expect(answered).toBeGreaterThan(50)
  expect(stored, 'new content of an account in a day, whatever it deploys').toBeLessThanOrEqual(1_024)

  const bytes = await database.query({
    text: `select pg_total_relation_size('audit_events') / (select count(*) from audit_events) as n`,
  })
  console.log(`${bytes.rows[0]?.n} bytes a row of the audit`)
  expect(Number(bytes.rows[0]?.n), 'bytes of a row of the audit with its indexes').toBeLessThan(350)
  const document = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8')
  expect(lines.filter((line) => !document.includes(line)).join('\n')).toBe('')

  // 40 days later everything has been removed
  clock.advance({ seconds: 40 * 86_400 })
  const policy = { refreshIdleSeconds: 1, auditRetentionDays: 1 }
  for (let n = 0; n < 20; n++) await database.store.sweep(cutoffs(clock.now(), policy))
  expect(await world.count()).toMatchObject({
    audit_events: 0,
    device_authorizations: 0,
    reserved_user_codes: 0,
    login_transactions: 0,
    browser_sessions: 0,
    ended_access_tokens: 0,
  })
})
