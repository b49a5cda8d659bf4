/** L08: one tolerance for times that another process wrote down, at its edges: two nodes on one store, each with a clock of its own. */
import { expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { testAuth } from '../testing/test-auth.ts'
import { clockToleranceSeconds, defaultPolicy } from './policy.ts'
import { isRefusal } from './refusal.ts'

const { accessTokenLifetimeSeconds: lifetime, refreshReuseGraceSeconds: grace } = defaultPolicy
const errorOf = (outcome: object) => (isRefusal(outcome) ? outcome.error : 'none')

/** The second node's clock is ahead by `seconds`; `wait` lets time go by on both. */
function twoNodes(seconds: number) {
  const one = testAuth()
  const clock = manualClock(new Date(one.clock.now().getTime() + seconds * 1000))
  const two = testAuth({ store: one.store, now: clock.now })
  const wait = (more: number) => {
    for (const each of [one.clock, clock]) each.advance({ seconds: more })
  }
  return { one, two, wait }
}

test('the tolerance is the minute that is promised', () => {
  expect(clockToleranceSeconds).toBe(60)
})

test.each([
  [20, 'none'],
  [60, 'none'],
  [61, 'invalid_token'],
])('F04 a token made %i s ahead of the clock that looks at it is judged as %s', async (apart, outcome) => {
  const { one, two } = twoNodes(-apart)
  expect(errorOf(await two.auth.authenticate((await one.logIn()).access_token))).toBe(outcome)
})

test.each([0, 20, 60, 90])(
  'F04 a token ends by a clock that is %i s ahead a minute later than it says, and then for good',
  async (apart) => {
    const { one, two, wait } = twoNodes(apart)
    const { access_token } = await one.logIn()
    wait(lifetime + clockToleranceSeconds - apart - 1)
    expect(errorOf(await two.auth.authenticate(access_token))).toBe('none')
    wait(1)
    expect(errorOf(await two.auth.authenticate(access_token))).toBe('invalid_token')
    wait(-clockToleranceSeconds)
    expect(errorOf(await two.auth.authenticate(access_token)), 'it was seen to be over').toBe('invalid_token')
    expect(errorOf(await one.auth.authenticate(access_token)), 'at both').toBe('invalid_token')
  },
)

test.each([
  [60, 'none'],
  [61, 'invalid_grant'],
])('G04 a repeat at a node that is %i s behind the first use is judged as %s', async (behind, outcome) => {
  const { one, two } = twoNodes(-behind)
  const { refresh_token } = await one.logIn()
  await one.refresh(refresh_token)
  expect(errorOf(await two.refresh(refresh_token))).toBe(outcome)
})

test('G04 at one clock the window is its seconds and not one more', async () => {
  const { one, two, wait } = twoNodes(0)
  const { refresh_token } = await one.logIn()
  await one.refresh(refresh_token)
  wait(grace)
  expect(errorOf(await two.refresh(refresh_token))).toBe('none')
  wait(1)
  expect(errorOf(await two.refresh(refresh_token))).toBe('invalid_grant')
})
