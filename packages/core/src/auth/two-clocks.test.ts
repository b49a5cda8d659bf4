/** L08: the tolerance for times that another process wrote, at its limits. Two nodes with different clocks share one store. */
import { expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { testAuth } from '../testing/test-auth.ts'
import { clockToleranceSeconds, defaultPolicy } from './policy.ts'
import { isRefusal } from './refusal.ts'

const { accessTokenLifetimeSeconds: lifetime, refreshReuseGraceSeconds: grace } = defaultPolicy
const errorOf = (outcome: object) => (isRefusal(outcome) ? outcome.error : 'none')

/** Returns two nodes; the second one's clock is ahead by `seconds`. `wait` advances both. */
function twoNodes(seconds: number) {
  const one = testAuth()
  const clock = manualClock(new Date(one.clock.now().getTime() + seconds * 1000))
  const two = testAuth({ store: one.store, now: clock.now })
  const wait = (more: number) => {
    for (const each of [one.clock, clock]) each.advance({ seconds: more })
  }
  return { one, two, wait }
}

test('the tolerance is the documented minute', () => {
  expect(clockToleranceSeconds).toBe(60)
})

test.each([
  [20, 'none'],
  [60, 'none'],
  [61, 'invalid_token'],
])('F04 a token that was issued %i s ahead of the verifying clock gives %s', async (apart, outcome) => {
  const { one, two } = twoNodes(-apart)
  expect(errorOf(await two.auth.authenticate((await one.logIn()).access_token))).toBe(outcome)
})

test.each([0, 20, 60, 90])(
  'F04 at a clock that is %i s ahead, a token expires a minute after its exp, and then for good',
  async (apart) => {
    const { one, two, wait } = twoNodes(apart)
    const { access_token } = await one.logIn()
    wait(lifetime + clockToleranceSeconds - apart - 1)
    expect(errorOf(await two.auth.authenticate(access_token))).toBe('none')
    wait(1)
    expect(errorOf(await two.auth.authenticate(access_token))).toBe('invalid_token')
    wait(-clockToleranceSeconds)
    expect(errorOf(await two.auth.authenticate(access_token)), 'it was seen expired').toBe('invalid_token')
    expect(errorOf(await one.auth.authenticate(access_token)), 'at both nodes').toBe('invalid_token')
  },
)

test.each([
  [60, 'none'],
  [61, 'invalid_grant'],
])('G04 a repeat at a node whose clock is %i s behind gives %s', async (behind, outcome) => {
  const { one, two } = twoNodes(-behind)
  const { refresh_token } = await one.logIn()
  await one.refresh(refresh_token)
  expect(errorOf(await two.refresh(refresh_token))).toBe(outcome)
})

test('G04 with equal clocks the grace window has exactly its seconds', async () => {
  const { one, two, wait } = twoNodes(0)
  const { refresh_token } = await one.logIn()
  await one.refresh(refresh_token)
  wait(grace)
  expect(errorOf(await two.refresh(refresh_token))).toBe('none')
  wait(1)
  expect(errorOf(await two.refresh(refresh_token))).toBe('invalid_grant')
})
