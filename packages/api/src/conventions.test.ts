/** Conventions over the typed wire: which callers are refused, and how the refusal tells them why. */
import { type ConventionManifest, deployRefusal } from '@osa/contract'
import { sampleManifest } from '@osa/contract/testing'
import { testAuth } from '@osa/core/testing'
import { TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import { RefusedDeploy } from './refused-call.ts'
import { testCallers } from './testing/caller.ts'

async function world({ role = 'publisher', scope }: { role?: 'user' | 'publisher'; scope?: string } = {}) {
  const node = testAuth({ roleGrants: () => role })
  const callerWith = testCallers(node)
  const tokens = await node.logIn()
  const narrowed = scope === undefined ? tokens : await node.refresh(tokens.refresh_token, { scope })
  if ('error' in narrowed) throw new Error(narrowed.error_description)
  return { anonymous: callerWith(null), caller: callerWith(narrowed.access_token) }
}

async function thrownBy(call: Promise<unknown>): Promise<TRPCError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof TRPCError)) throw new Error(`no TRPCError: ${String(error)}`)
  return error
}
const refusalOf = ({ cause }: TRPCError) => (cause instanceof RefusedDeploy ? deployRefusal.parse(cause.refusal) : null)

test('a deployed convention is listed and read back with its dates and its whole manifest', async () => {
  const { caller, anonymous } = await world()
  const deployed = await caller.conventions.deploy({ conventions: [sampleManifest()] })
  expect(deployed).toMatchObject({ conventions: [{ slug: 'protein-structures', version: 1, changed: true }] })
  expect(await anonymous.conventions.list()).toMatchObject([
    { slug: 'protein-structures', created_at: expect.any(Date) },
  ])
  const found = await anonymous.conventions.get({ slug: 'protein-structures' })
  expect(found.manifest.schema).toEqual(sampleManifest().schema)
  expect(found.manifest.ingester).not.toHaveProperty('initial_run')
  expect((await thrownBy(anonymous.conventions.get({ slug: 'protein-structures', version: 2 }))).code).toBe('NOT_FOUND')
  expect((await thrownBy(anonymous.conventions.get({ slug: 'another' }))).code).toBe('NOT_FOUND')
})

test('F13 a deploy without a token is UNAUTHORIZED, whatever its input', async () => {
  const { anonymous } = await world()
  for (const input of [{ conventions: [sampleManifest()] }, { conventions: 7 }, undefined]) {
    const error = await thrownBy(anonymous.conventions.deploy(input as { conventions: ConventionManifest[] }))
    expect(error.code).toBe('UNAUTHORIZED')
  }
})

test('F14 a token without the scope is FORBIDDEN, and the refusal names the scope', async () => {
  const { caller } = await world({ scope: 'profile' })
  const error = await thrownBy(caller.conventions.deploy({ conventions: [sampleManifest()] }))
  expect(error.code).toBe('FORBIDDEN')
  expect(refusalOf(error)).toMatchObject({ error: 'insufficient_scope', scope: 'conventions:write' })
})

test('an insufficient role is FORBIDDEN, and the refusal names it and the roles that are sufficient', async () => {
  const { caller } = await world({ role: 'user' })
  const error = await thrownBy(caller.conventions.deploy({ conventions: [sampleManifest()] }))
  expect(error.code).toBe('FORBIDDEN')
  expect(refusalOf(error)).toMatchObject({ error: 'forbidden', role: 'user', needed_roles: ['publisher', 'admin'] })
})

test('issues of conventions are a value whose paths point into the input', async () => {
  const { caller } = await world()
  const wrong = { ...sampleManifest(), title: '1', hooks: 'none' } as unknown as ConventionManifest
  expect(await caller.conventions.deploy({ conventions: [sampleManifest(), wrong] })).toMatchObject({
    error: 'invalid_convention',
    issues: [
      { path: 'conventions.1.title' },
      { path: 'conventions.1.hooks', message: expect.stringContaining('list') },
    ],
  })
  expect(await caller.conventions.deploy({ conventions: [] })).toMatchObject({ issues: [{ path: 'conventions' }] })
})

test('an input without a list of conventions is BAD_REQUEST', async () => {
  const { caller } = await world()
  const error = await thrownBy(caller.conventions.deploy({ conventions: 7 } as unknown as { conventions: [] }))
  expect(error.code).toBe('BAD_REQUEST')
})

test('a deploy over the limit is TOO_MANY_REQUESTS, and the refusal says when to retry', async () => {
  const { caller } = await world()
  const fifty = Array.from({ length: 50 }, () => sampleManifest())
  for (let call = 0; call < 6; call++) await caller.conventions.deploy({ conventions: fifty })
  const error = await thrownBy(caller.conventions.deploy({ conventions: fifty }))
  expect(error.code).toBe('TOO_MANY_REQUESTS')
  expect(refusalOf(error)).toMatchObject({ error: 'limited', retry_after_seconds: 3_600 })
})
