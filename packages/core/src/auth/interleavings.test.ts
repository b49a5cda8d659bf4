import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { testAuth, testRequester } from '../testing/test-auth.ts'
import { isRefusal } from './refusal.ts'

/** Seconds around the instants at which a poll stops being early: the first interval and longer ones after slow_down, less the tolerance. */
const aroundIntervals = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 15, 18, 19, 20)
const pause = fc.oneof(
  { weight: 9, arbitrary: aroundIntervals },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 300 }) },
)

/** The steps of one device authorization, in random order and at random times. Mostly polls, since a decision ends them. */
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('poll' as const), after: pause }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('foreign poll' as const), after: pause }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('approve' as const, 'deny' as const), after: pause }) },
)

/** A model of the flow, written independently of the implementation. */
function createModel() {
  let [time, interval, lastPoll] = [0, 5, Number.NEGATIVE_INFINITY]
  let state: 'open' | 'approved' | 'denied' | 'spent' = 'open'
  return {
    wait: (seconds: number) => {
      time += seconds
    },
    decide: (decision: 'approve' | 'deny') => {
      if (state === 'open' && time < 600) state = decision === 'approve' ? 'approved' : 'denied'
    },
    poll: () => {
      if (state === 'spent') return 'invalid_grant'
      if (time >= 600) return 'expired_token'
      if (state === 'denied') return 'access_denied'
      if (state === 'approved') {
        state = 'spent'
        return 'tokens'
      }
      if (time < lastPoll + interval - 1) {
        interval += 5
        return 'slow_down'
      }
      lastPoll = time
      return 'authorization_pending'
    },
  }
}

test('B02 B07 B10 B11 B12 B15 in any order of polls, decisions and pauses, the answers are those of the model', async () => {
  let interleavings = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      interleavings++
      const { auth, start, poll, arrive, client, clock } = testAuth()
      const model = createModel()
      const { device_code, user_code } = await start()
      const { browser, deviceAuthorizationId } = await arrive(user_code, 'carberry')
      for (const one of steps) {
        clock.advance({ seconds: one.after })
        model.wait(one.after)
        if (one.kind === 'poll') {
          const outcome = await poll(device_code)
          expect(isRefusal(outcome) ? outcome.error : 'tokens').toBe(model.poll())
        } else if (one.kind === 'foreign poll') {
          expect(await poll(device_code, client('other-tool'))).toMatchObject({ error: 'invalid_grant' })
        } else {
          await auth.decideDevice({ browser, deviceAuthorizationId, decision: one.kind, requester: testRequester })
          model.decide(one.kind)
        }
      }
    }),
    { numRuns: 300 },
  )
  expect(interleavings).toBeGreaterThanOrEqual(300)
})

test('G02 G04 G05 in any order of refreshes, at most one token is unused, and reuse ends the family for good', async () => {
  const use = fc.record({ which: fc.nat({ max: 6 }), waitSeconds: fc.constantFrom(0, 1, 29, 31, 600) })
  await fc.assert(
    fc.asyncProperty(fc.array(use, { minLength: 1, maxLength: 20 }), async (uses) => {
      const { logIn, refresh, clock } = testAuth()
      const issued = [(await logIn()).refresh_token]
      let ended = false
      for (const { which, waitSeconds } of uses) {
        clock.advance({ seconds: waitSeconds })
        const presented = issued[which % issued.length] ?? ''
        const outcome = await refresh(presented)
        if (isRefusal(outcome)) {
          ended = true
          continue
        }
        expect(ended, 'an ended family gives no tokens').toBe(false)
        const successor = issued.indexOf(outcome.refresh_token)
        if (successor === -1) {
          expect(presented, 'only the newest token has a new successor').toBe(issued.at(-1))
          issued.push(outcome.refresh_token)
        } else {
          expect(successor, 'a repeat returns only the newest token').toBe(issued.length - 1)
          expect(presented).toBe(issued.at(-2))
        }
      }
    }),
    { numRuns: 300 },
  )
})
