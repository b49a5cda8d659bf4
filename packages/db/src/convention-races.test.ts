/** Concurrent deploys, on real PostgreSQL with three pools, as three node processes would have. */
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { ConventionManifest } from '@osa/contract'
import { sampleManifest } from '@osa/contract/testing'
import {
  createConventions,
  createOperator,
  type Deployment,
  defaultBudgets,
  deriveKeys,
  isDeployRejection,
  type Principal,
} from '@osa/core'
import { addFamily, addPerson, atSecond, memoryLimiter, testRequester } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { DatabaseUnavailable } from './database-errors.ts'
import { openDatabase } from './index.ts'
import { openTestDatabase, runOn } from './testing/index.ts'

/** Codes of waits for a lock, a statement or a connection that timed out. On a slow machine, forty concurrent deploys can reach the limits. */
const waitedTooLong = new Set(['55P03', '57014', 'connection lost'])

/** Retries after a wait that timed out, as a client does after a 503. Deadlocks are not retried. */
async function persistent<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable && waitedTooLong.has(error.code))) throw error
    }
  }
}

/** Opens one database at three nodes, and creates a publisher who deploys to each of them in turn. */
async function threeNodes() {
  const first = await openTestDatabase('postgres')
  const databaseUrl = first.databaseUrl ?? ''
  const others = await Promise.all([openDatabase({ databaseUrl }), openDatabase({ databaseUrl })])
  const { user, identity } = await addPerson(first.store, { role: 'publisher' })
  const { family } = await addFamily(first.store, user)
  const principal = { user, identity, role: user.role, clientId: 'osa-cli', sessionId: family.id } as Principal
  const unlimited = { points: 1e9, windowSeconds: 60 }
  const budgets = { ...defaultBudgets, deploy_by_account: unlimited, deploy_kib_by_account: unlimited }
  const now = () => atSecond(1)
  const nodes = [first, ...others].map(({ conventions: store }) => {
    const limiter = memoryLimiter(budgets, now)
    return createConventions({ store, limiter, roleGrants: () => null, now, random: randomBytes })
  })
  const attempt = (at: number, ...manifests: ConventionManifest[]) => {
    const node = nodes[at % nodes.length]
    if (!node) throw new Error('no nodes')
    const withScope = { ...principal, scope: ['conventions:write'] }
    return node.deploy({ principal: withScope, manifests, requester: testRequester })
  }
  const secrets = deriveKeys(Buffer.alloc(32, 7), randomBytes)
  const operator = createOperator({
    ...{ store: others[0]?.store ?? first.store, keys: secrets, now, random: randomBytes },
    policy: { accessTokenLifetimeSeconds: 900, refreshIdleSeconds: 86_400, signingAlgorithm: 'ES256' },
  })
  return {
    ...first,
    user,
    identity,
    operator,
    attempt,
    deploy: async (at: number, ...manifests: ConventionManifest[]): Promise<Deployment['conventions']> => {
      const outcome = await persistent(() => attempt(at, ...manifests))
      if (isDeployRejection(outcome)) throw new Error(JSON.stringify(outcome))
      return outcome.conventions
    },
    versions: async () =>
      (
        await runOn(
          databaseUrl,
          'select c.slug, c.version as newest, v.version from conventions c join convention_versions v on v.convention_id = c.id order by slug, v.version',
        )
      ).rows,
    /**
     * Runs `work` while a transaction locks the convention at `slug`. When `count` others wait for the lock, runs `meanwhile` and then
     * releases it. That way they do compete, whatever the speed of the machine.
     */
    inLine: async <T>(
      slug: string,
      count: number,
      work: () => Promise<T>,
      meanwhile = async (): Promise<unknown> => undefined,
    ): Promise<T> => {
      const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      const { promise: finished, resolve } = Promise.withResolvers<Promise<T>>()
      await first.conventions.transaction(async (tx) => {
        await tx.lockConvention(slug)
        resolve(work())
        while ((await runOn(databaseUrl, waiting)).rows.length < count) await wait(5)
        await meanwhile()
      })
      return finished
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(others.map((other) => other.close()))
      await first[Symbol.asyncDispose]()
    },
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
const titled = (title: string, description = 'As it was.') => sampleManifest({ title, description })

test('40 concurrent deploys of one address with different content make versions 1 to 40 in order and without gaps', async () => {
  await using nodes = await threeNodes()
  const deployed = await Promise.all(upTo(40).map((at) => nodes.deploy(at, titled('Maps', `Content ${at}`))))
  const versions = deployed.map(([convention]) => convention?.version ?? 0)
  expect(versions.toSorted((a, b) => a - b)).toEqual(upTo(40).map((at) => at + 1))
  expect(await nodes.versions()).toEqual(upTo(40).map((at) => ({ slug: 'maps', newest: 40, version: at + 1 })))
  for (const [at, version] of versions.entries()) {
    const found = await nodes.conventions.findConventionVersion({ slug: 'maps', version })
    expect(found?.description).toBe(`Content ${at}`)
  }
})

test('each of 30 deploys that wait for one lock sees what the previous one has written', async () => {
  await using nodes = await threeNodes()
  await nodes.deploy(0, titled('Maps'))
  const deployed = await nodes.inLine('maps', 20, () =>
    Promise.all(upTo(30).map((at) => nodes.deploy(at, titled('Maps', `Content ${at}`)))),
  )
  const versions = deployed.map(([convention]) => convention?.version ?? 0)
  expect(versions.toSorted((a, b) => a - b)).toEqual(upTo(30).map((at) => at + 2))
})

test('the same content deployed concurrently is registered once, and every deploy gets the same version', async () => {
  await using nodes = await threeNodes()
  const first = await Promise.all(upTo(30).map((at) => nodes.deploy(at, titled('Maps'))))
  expect(first.filter(([convention]) => convention?.changed)).toHaveLength(1)
  const next = await nodes.inLine('maps', 20, () =>
    Promise.all(upTo(30).map((at) => nodes.deploy(at, titled('Maps', 'New.')))),
  )
  expect(next.filter(([convention]) => convention?.changed)).toHaveLength(1)
  expect(new Set(next.map(([convention]) => convention?.version))).toEqual(new Set([2]))
  expect(await nodes.versions()).toHaveLength(2)
})

test('deploys of the same conventions in opposite orders never deadlock', async () => {
  await using nodes = await threeNodes()
  const titles = ['Antibodies', 'Maps', 'Zebrafish', 'Cells']
  const deployed = await Promise.all(
    upTo(40).map((at) => {
      const manifests = titles.map((title) => titled(title, `Content ${at}`))
      return nodes.deploy(at, ...(at % 2 === 0 ? manifests : manifests.toReversed()))
    }),
  )
  // this also shows that a deploy is atomic: it has the same position in the order of every convention
  for (const conventions of deployed) expect(new Set(conventions.map(({ version }) => version)).size).toBe(1)
  expect(await nodes.versions()).toHaveLength(160)
})

test('a deploy whose second convention fails in the database writes nothing of the first', async () => {
  await using nodes = await threeNodes()
  await nodes.query({
    text: `alter table convention_versions add constraint refuse_zebrafish check (title <> 'Zebrafish')`,
  })
  try {
    await expect(nodes.deploy(0, titled('Antibodies'), titled('Zebrafish'))).rejects.toThrow('refuse_zebrafish')
  } finally {
    await nodes.query({ text: 'alter table convention_versions drop constraint refuse_zebrafish' })
  }
  expect(await nodes.versions()).toEqual([])
  expect(await nodes.store.listAuditEvents({ limit: 10, event: 'convention.deploy' })).toEqual([])
  expect(await nodes.deploy(0, titled('Antibodies'), titled('Zebrafish'))).toHaveLength(2)
})

test('F16 a role that was removed after the token was checked makes every node refuse with forbidden, and nothing is written', async () => {
  await using nodes = await threeNodes()
  await nodes.store.transaction((tx) => tx.saveUser({ ...nodes.user, role: 'user' }))
  const outcomes = await Promise.all(upTo(10).map((at) => nodes.attempt(at, titled('Maps'))))
  expect(outcomes).toMatchObject(outcomes.map(() => ({ error: 'forbidden', role: 'user' })))
  expect(await nodes.versions()).toEqual([])
})

test('F16 L10 a deploy that waits for a lock while its session is revoked or its role removed is refused, and nothing is written', async () => {
  await using nodes = await threeNodes()
  await nodes.deploy(0, titled('Maps'))
  const waiting = (meanwhile: () => Promise<unknown>) =>
    nodes.inLine('maps', 1, () => nodes.attempt(1, titled('Maps', 'New.'), titled('Antibodies')), meanwhile)
  expect(await waiting(() => nodes.operator.setRole(nodes.identity, 'user'))).toMatchObject({ error: 'forbidden' })
  await nodes.operator.setRole(nodes.identity, 'publisher')
  expect(await waiting(() => nodes.operator.revokeSessions(null))).toMatchObject({ error: 'session_ended' })
  expect(await nodes.versions()).toEqual([{ slug: 'maps', newest: 1, version: 1 }])
})

test('L10 a revocation that starts after a deploy has checked the session waits for the deploy to finish', async () => {
  await using nodes = await threeNodes()
  const { promise: told, resolve: tell } = Promise.withResolvers<string[]>()
  await nodes.conventions
    .transaction(async (tx) => {
      await tx.insertConvention({ id: randomUUID(), slug: 'maps', version: 1, createdAt: atSecond(1) })
      const order: string[] = []
      const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      const others = async () => (await runOn(nodes.databaseUrl ?? '', waiting)).rows.length
      const deploy = nodes
        .attempt(1, titled('Maps'))
        .then((outcome) => order.push('error' in outcome ? outcome.error : 'ok'))
      while ((await others()) < 1) await wait(5)
      const revocation = nodes.operator.revokeSessions(null).then(() => order.push('revoked'))
      while ((await others()) < 2) await wait(5)
      tell(Promise.all([deploy, revocation]).then(() => order))
      throw new Error('rolled back')
    })
    .catch(() => undefined)
  expect(await told).toEqual(['ok', 'revoked'])
  expect(await nodes.attempt(0, titled('Maps', 'New.'))).toMatchObject({ error: 'session_ended' })
})

test('the conventions of a deleted person stay, without the name', async () => {
  await using nodes = await threeNodes()
  await nodes.deploy(0, titled('Maps'))
  await nodes.query({ text: 'delete from users where id = $1', values: [nodes.user.id] })
  const [line] = await nodes.conventions.listConventionVersions({ slug: 'maps', limit: 1 })
  expect(line).toMatchObject({ version: 1, deployedByName: null })
})

test('the sweep never removes a convention', async () => {
  await using nodes = await threeNodes()
  await nodes.deploy(0, titled('Maps'))
  await nodes.deploy(0, titled('Maps', 'New.'))
  // far enough in the future that everything that can end has ended
  const late = new Date('9999-01-01')
  const cutoff = new Proxy({ batch: 500 } as Parameters<typeof nodes.store.sweep>[0], {
    get: (target, name) => (name === 'batch' ? target.batch : late),
  })
  await nodes.store.sweep(cutoff)
  expect(await nodes.versions()).toHaveLength(2)
})
