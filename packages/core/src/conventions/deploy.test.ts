/** Registering conventions on the memory store: permission, versions, atomicity and limits. */
import type { ConventionManifest, Role } from '@osa/contract'
import { sampleManifest } from '@osa/contract/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Principal } from '../auth/auth.ts'
import { defaultBudgets } from '../auth/policy.ts'
import { isRefusal } from '../auth/refusal.ts'
import { memoryConventionStore } from '../testing/memory-convention-store.ts'
import { memoryLimiter } from '../testing/memory-limiter.ts'
import { testAuth, testRequester } from '../testing/test-auth.ts'
import { isDeployRejection } from './conventions.ts'
import { createConventions } from './create-conventions.ts'
import { maxConventions } from './policy.ts'

function world(budgets: Partial<typeof defaultBudgets> = {}) {
  const node = testAuth()
  const limiter = memoryLimiter({ ...defaultBudgets, ...budgets }, node.clock.now)
  const store = memoryConventionStore(node.store)
  const conventions = createConventions({ ...node.deps, limiter, store })
  const setRole = (principal: Principal, role: Role) =>
    node.store.transaction((tx) => tx.saveUser({ ...principal.user, role }))
  /** Signs in a person with this role. The role is stored before `authenticate` reads it. */
  const signedIn = async (role: Role, subject = 'carberry'): Promise<Principal> => {
    const { access_token } = await node.logIn(subject)
    const before = await node.auth.authenticate(access_token)
    if (isRefusal(before)) throw new Error(before.error_description)
    await setRole(before, role)
    const principal = await node.auth.authenticate(access_token)
    if (isRefusal(principal)) throw new Error(principal.error_description)
    return principal
  }
  const attempt = (principal: Principal, ...manifests: unknown[]) =>
    conventions.deploy({ principal, manifests, requester: testRequester })
  const deploy = async (principal: Principal, ...manifests: unknown[]) => {
    const outcome = await attempt(principal, ...manifests)
    if (isDeployRejection(outcome)) throw new Error(JSON.stringify(outcome))
    return outcome.conventions
  }
  const audit = async () =>
    (await node.store.listAuditEvents({ limit: 100, event: 'convention.deploy' })).map(
      ({ outcome, detail, userId, clientId, ip }) => ({ outcome, detail, userId, clientId, ip }),
    )
  return { ...node, store, conventions, setRole, signedIn, attempt, deploy, audit }
}

const titled = (title: string, changes: Partial<ConventionManifest> = {}) => sampleManifest({ title, ...changes })

describe('permission to deploy', () => {
  test.each(['publisher', 'admin'] as const)('a %s may deploy', async (role) => {
    const { signedIn, deploy } = world()
    expect(await deploy(await signedIn(role), sampleManifest())).toMatchObject([{ version: 1, changed: true }])
  })

  test('F14 a token without conventions:write is refused, whatever the role and the content, and the refusal names the scope', async () => {
    const { signedIn, attempt, audit } = world()
    const principal = { ...(await signedIn('admin')), scope: ['profile'] }
    for (const manifest of [sampleManifest(), {}]) {
      expect(await attempt(principal, manifest)).toEqual({
        error: 'insufficient_scope',
        error_description: expect.stringContaining('conventions:write'),
        scope: 'conventions:write',
      })
    }
    expect(await audit()).toMatchObject([{ detail: 'insufficient_scope' }, { outcome: 'refused' }])
  })

  test('a person without the role is refused before the content is checked, and the refusal names the needed roles', async () => {
    const { signedIn, attempt, conventions } = world()
    const principal = await signedIn('user')
    for (const manifest of [sampleManifest(), {}]) {
      expect(await attempt(principal, manifest)).toEqual({
        error: 'forbidden',
        error_description: expect.stringContaining('publisher or admin'),
        role: 'user',
        needed_roles: ['publisher', 'admin'],
      })
    }
    expect(await conventions.list()).toEqual([])
  })

  test('F16 a role that was removed, or a session that was ended, after the token was checked prevents the writes', async () => {
    const { signedIn, attempt, setRole, auth, conventions, audit } = world()
    const principal = await signedIn('publisher')
    await setRole(principal, 'user')
    expect(await attempt(principal, sampleManifest())).toMatchObject({ error: 'forbidden', role: 'user' })
    await setRole(principal, 'publisher')
    await auth.revokeSession({ actor: principal, sessionId: principal.sessionId, requester: testRequester })
    expect(await attempt(principal, sampleManifest())).toMatchObject({ error: 'session_ended' })
    expect(await conventions.list()).toEqual([])
    expect((await audit()).map(({ outcome }) => outcome)).toEqual(['refused', 'refused'])
  })
})

describe('versions', () => {
  test('the same content changes nothing, different content makes the next version, and old versions stay readable', async () => {
    const { signedIn, deploy, conventions, clock } = world()
    const principal = await signedIn('publisher')
    const [first] = await deploy(principal, sampleManifest())
    clock.advance({ seconds: 60 })
    const [again] = await deploy(principal, sampleManifest())
    expect(again).toEqual({ ...first, changed: false })
    const [second] = await deploy(principal, sampleManifest({ description: 'Better told.' }))
    expect(second).toMatchObject({ slug: 'protein-structures', version: 2, changed: true, description: 'Better told.' })
    expect(second?.content_hash).not.toBe(first?.content_hash)

    const newest = await conventions.get({ slug: 'protein-structures' })
    expect(newest).toMatchObject({ version: 2, manifest: { description: 'Better told.' } })
    expect(newest?.versions.map(({ version, deployed_by }) => [version, deployed_by])).toEqual([
      [2, principal.user.displayName],
      [1, principal.user.displayName],
    ])
    const old = await conventions.get({ slug: 'protein-structures', version: 1 })
    expect(old).toMatchObject({ version: 1, content_hash: first?.content_hash, created_at: first?.created_at })
    expect(await conventions.list()).toMatchObject([{ slug: 'protein-structures', version: 2 }])
  })

  test('returning to earlier content makes a new version, so that versions show which content was valid when', async () => {
    const { signedIn, deploy } = world()
    const principal = await signedIn('publisher')
    const [a, b, back] = [sampleManifest(), sampleManifest({ description: 'B' }), sampleManifest()]
    const versions = []
    for (const manifest of [a, b, back, back]) versions.push((await deploy(principal, manifest))[0]?.version)
    expect(versions).toEqual([1, 2, 3, 3])
  })

  test('another title with the same address makes the next version of the same convention', async () => {
    const { signedIn, deploy, conventions } = world()
    const principal = await signedIn('publisher')
    await deploy(principal, titled('Protein structures'))
    expect(await deploy(principal, titled('PROTEIN Structures!'))).toMatchObject([
      { slug: 'protein-structures', title: 'PROTEIN Structures!', version: 2 },
    ])
    expect(await conventions.list()).toHaveLength(1)
  })

  test('any publisher may make the next version, and each version has the name of its publisher', async () => {
    const { signedIn, deploy, conventions } = world()
    await deploy(await signedIn('publisher', 'one'), sampleManifest())
    await deploy(await signedIn('publisher', 'two'), sampleManifest({ description: 'By another.' }))
    const found = await conventions.get({ slug: 'protein-structures' })
    expect(new Set(found?.versions.map(({ deployed_by }) => deployed_by)).size).toBe(2)
  })

  test('an unknown address or version, or an invalid address, gives null', async () => {
    const { signedIn, deploy, conventions } = world()
    await deploy(await signedIn('publisher'), sampleManifest())
    for (const slug of ['another', '', '../x', "' or '1'='1", '__proto__', 'a\0b', 'Protein structures']) {
      expect(await conventions.get({ slug })).toBeNull()
    }
    for (const version of [0, 2, -1, 1.5, Number.NaN, 2 ** 31, 1e300]) {
      expect(await conventions.get({ slug: 'protein-structures', version })).toBeNull()
    }
  })
})

describe('several conventions in one deploy', () => {
  test('are all registered, and returned in the order in which they were sent', async () => {
    const { signedIn, deploy, audit } = world()
    const principal = await signedIn('publisher')
    const deployed = await deploy(principal, titled('Zebrafish'), titled('Antibodies'), titled('Maps'))
    expect(deployed.map(({ slug }) => slug)).toEqual(['zebrafish', 'antibodies', 'maps'])
    await deploy(principal, titled('Zebrafish'), titled('Maps', { description: 'New.' }))
    const { user, clientId } = principal
    const who = { outcome: 'ok', userId: user.id, clientId, ip: testRequester.ip }
    expect(await audit()).toContainEqual({ ...who, detail: 'zebrafish 1, antibodies 1, maps 1' })
    expect(await audit()).toContainEqual({ ...who, detail: 'zebrafish 1 (unchanged), maps 2' })
  })

  test('are all refused if one is invalid, with paths to its issues', async () => {
    const { signedIn, attempt, conventions, audit } = world()
    const principal = await signedIn('publisher')
    const outcome = await attempt(principal, titled('Maps'), titled('12'), { title: 'Third' })
    expect(outcome).toMatchObject({ error: 'invalid_convention' })
    const paths = 'issues' in outcome ? outcome.issues.map(({ path }) => path) : []
    expect(paths).toContain('1.title')
    expect(paths).toContain('2.hooks')
    expect(paths.some((path) => path.startsWith('0'))).toBe(false)
    expect(await conventions.list()).toEqual([])
    expect(await audit()).toMatchObject([
      { outcome: 'refused', detail: expect.stringMatching(/^invalid_convention: \d/) },
    ])
  })

  test('with the same address are an issue', async () => {
    const { signedIn, attempt } = world()
    const outcome = await attempt(await signedIn('publisher'), titled('Maps'), titled('Other'), titled('MAPS'))
    expect(outcome).toMatchObject({
      issues: [{ path: '2.title', message: expect.stringContaining('of convention 1') }],
    })
  })

  test('must be at least one and at most fifty', async () => {
    const { signedIn, attempt, deploy } = world()
    const principal = await signedIn('publisher')
    const many = Array.from({ length: 51 }, (_, at) => titled(`Maps of ${String.fromCodePoint(97 + (at % 26))}${at}`))
    expect(await attempt(principal)).toMatchObject({ error: 'invalid_convention', issues: [{ path: '' }] })
    expect(await attempt(principal, ...many)).toMatchObject({ error: 'invalid_convention', issues: [{ path: '' }] })
    expect(await deploy(principal, ...many.slice(1))).toHaveLength(50)
  })

  test('leave nothing behind when the store fails halfway', async () => {
    const node = world({ deploy_kib_by_account: { points: 4, windowSeconds: 86_400 } as never })
    const principal = await node.signedIn('publisher')
    const failing = createConventions({
      ...node.deps,
      store: {
        ...node.store,
        transaction: (work) =>
          node.store.transaction((tx) =>
            work({
              ...tx,
              insertConventionVersion: (row) =>
                row.title === 'Maps' ? Promise.reject(new Error('disk')) : tx.insertConventionVersion(row),
            }),
          ),
      },
    })
    const manifests = [titled('Antibodies'), titled('Maps')]
    await expect(failing.deploy({ principal, manifests, requester: testRequester })).rejects.toThrow('disk')
    expect(await node.conventions.list()).toEqual([])
  })
})

describe('limits', () => {
  const kib = (points: number) => ({ deploy_kib_by_account: { points, windowSeconds: 86_400 } }) as never
  const sized = (title: string, kilobytes: number) =>
    titled(title, {
      hooks: sampleManifest().hooks.map((hook) => ({ ...hook, config: { x: 'x'.repeat(kilobytes * 1024) } })),
    })

  test('new content of one person is limited by day, and unchanged content costs nothing', async () => {
    const { signedIn, deploy, attempt, conventions, clock } = world(kib(100))
    const principal = await signedIn('publisher')
    await deploy(principal, sized('Maps', 50))
    for (let time = 0; time < 3; time++) await deploy(principal, sized('Maps', 50))
    expect(await attempt(principal, sized('Antibodies', 50))).toMatchObject({
      error: 'limited',
      retry_after_seconds: expect.any(Number),
    })
    expect(await conventions.list()).toHaveLength(1)
    // a refusal costs nothing
    await deploy(principal, sized('Antibodies', 10))
    expect(await attempt(await signedIn('publisher', 'another'), sized('Zebrafish', 50))).toHaveProperty('conventions')
    clock.advance({ seconds: 86_400 })
    await deploy(principal, sized('Antibodies', 50))
  })

  test('calls of one person are limited by hour, including refused ones, and calls over the limit leave no audit event', async () => {
    const { signedIn, attempt, audit } = world({ deploy_by_account: { points: 3, windowSeconds: 3_600 } } as never)
    const principal = await signedIn('user')
    for (let call = 0; call < 10; call++) await attempt(principal, sampleManifest())
    expect(await attempt(principal, sampleManifest())).toMatchObject({ error: 'limited' })
    expect(await audit()).toHaveLength(3)
  })

  test('a full archive accepts new versions, but no new conventions', async () => {
    const node = world()
    const principal = await node.signedIn('publisher')
    await node.deploy(principal, titled('Maps'))
    const transaction: typeof node.store.transaction = (work) =>
      node.store.transaction((tx) => work({ ...tx, countOtherConventions: async () => maxConventions - 1 }))
    const conventions = createConventions({ ...node.deps, store: { ...node.store, transaction } })
    const attempt = (...manifests: unknown[]) => conventions.deploy({ principal, manifests, requester: testRequester })
    expect(await attempt(titled('Maps', { description: 'New.' }))).toHaveProperty('conventions')
    expect(await attempt(titled('Maps'), titled('Antibodies'))).toMatchObject({
      error: 'limited',
      retry_after_seconds: null,
    })
  })
})

test('arbitrary values are answered with a refusal, and nothing is registered', async () => {
  const { signedIn, attempt, conventions } = world({ deploy_by_account: { points: 1e9, windowSeconds: 60 } } as never)
  const principal = await signedIn('admin')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.anything(), fc.jsonValue()), { maxLength: 3 }), async (manifests) => {
      const outcome = await attempt(principal, ...manifests)
      expect('error' in outcome && outcome.error).toBe('invalid_convention')
    }),
    { numRuns: 300 },
  )
  expect(await conventions.list()).toEqual([])
})
