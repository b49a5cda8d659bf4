/** Errors at the store's boundary: outages and refusals are told apart, and neither carries a value. */
import { inspect } from 'node:util'
import { sampleBrowserSession, sampleIdentity, sampleUser } from '@osa/core/testing'
import { expect, test } from 'vitest'
import {
  asDatabaseError,
  DatabaseRefusal,
  DatabaseUnavailable,
  decisionFor,
  isDatabaseUnavailable,
} from './database-errors.ts'
import { openTestDatabase } from './testing/index.ts'

const withCode = (code: string, message = 'secret-value') =>
  Object.assign(new Error(message), { code, detail: 'secret-value' })

test.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  '08006',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '57014',
  '55P03',
  '25P03',
  '40P01',
  '42P05',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
])('B30 %s means that the database is unavailable', (code) => {
  const error = asDatabaseError(withCode(code))
  expect(isDatabaseUnavailable(error)).toBe(true)
  expect(isDatabaseUnavailable(new Error('while polling', { cause: error }))).toBe(true)
  expect(inspect(error)).not.toContain('secret-value')
})

test.each([
  'Connection terminated unexpectedly',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'PGlite is closed',
  'The server does not support SSL connections',
])('B30 "%s" means that the database is unavailable', (message) => {
  expect(isDatabaseUnavailable(asDatabaseError(new Error(message)))).toBe(true)
})

test.each([
  [
    'reconnect',
    [
      '08000',
      '08006',
      '0A000',
      '25006',
      '25P03',
      '28P01',
      '3D000',
      '42P01',
      '42501',
      '53300',
      '57P01',
      '58030',
      'F0000',
      'XX000',
      'XX001',
    ],
  ],
  ['later', ['26000', '42P05', '40001', '40P01', '53100', '53200', '55000', '55006', '55P03', '57014', '72000']],
  [null, ['21000', '22P02', '23505', '25001', '25P02', '42601', '42703', '54001', 'P0001', 'ECONNRESET', '']],
] as const)('B30 the decision is %j for each of %j', (decision, states) => {
  for (const state of states) {
    expect(decisionFor(state), state).toBe(decision)
    if (decision !== null) expect(asDatabaseError(withCode(state))).toBeInstanceOf(DatabaseUnavailable)
  }
})

test('a refused statement is a defect, not an outage, and other errors pass unchanged', () => {
  const refusal = asDatabaseError(withCode('23505'))
  expect(refusal).toBeInstanceOf(DatabaseRefusal)
  expect(isDatabaseUnavailable(refusal)).toBe(false)
  const other = new TypeError('x is not a function')
  expect(asDatabaseError(other)).toBe(other)
  expect(isDatabaseUnavailable(other)).toBe(false)
  expect(isDatabaseUnavailable('ECONNREFUSED')).toBe(false)
})

test.each(['pglite', 'postgres'] as const)(
  'I06 B29 on %s the error of a refused statement contains no value, statement or hash',
  async (kind) => {
    await using database = await openTestDatabase(kind)
    const user = sampleUser({ displayName: 'secret-name' })
    const session = sampleBrowserSession(user)
    await database.store.transaction(async (tx) => {
      await tx.insertUser(user, sampleIdentity(user))
      await tx.insertBrowserSession(session)
    })
    const attempts = [
      database.store.transaction((tx) => tx.insertBrowserSession(session)),
      database.store.transaction((tx) => tx.insertUser(user, sampleIdentity(user))),
      database.rateLimits.add({ key: 'secret-name'.repeat(30), points: 1, now: new Date(), windowSeconds: 60 }),
    ]
    for (const attempt of await Promise.allSettled(attempts)) {
      const reason = attempt.status === 'rejected' ? attempt.reason : undefined
      expect(reason).toBeInstanceOf(DatabaseRefusal)
      const told = inspect(reason, { depth: 10, showHidden: true }) + JSON.stringify(reason)
      for (const secret of [session.secretHash, 'secret-name', user.id, 'insert into'])
        expect(told).not.toContain(secret)
    }
  },
)

test.each(['pglite', 'postgres'] as const)('on %s all work after `close` is refused at once', async (kind) => {
  await using database = await openTestDatabase(kind)
  const { store } = database
  await database.close()
  await expect(store.listSigningKeys()).rejects.toBeInstanceOf(DatabaseUnavailable)
  await expect(store.transaction((tx) => tx.findUser(sampleUser().id))).rejects.toBeInstanceOf(DatabaseUnavailable)
  expect(await database.isReady()).toBe(false)
})
