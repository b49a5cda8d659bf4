/** A thief who keeps a copied refresh token current within the grace window, and honest terminals that behave similarly (RFC 9700 §4.14.2). */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { requesterAt, testAuth, testRequester, tokensOf } from '../testing/test-auth.ts'
import { isRefusal } from './refusal.ts'

const thief = requesterAt('198.51.100.66')
const errorOf = (outcome: object) => (isRefusal(outcome) ? outcome.error : 'none')
const eventsOf = async ({ store }: ReturnType<typeof testAuth>, event: string) =>
  (await store.listAuditEvents({ limit: 100, event })).toReversed()

test('G16 a thief who repeats each retired token from elsewhere within the grace window raises an alarm at once, and the third repeat ends the session', async () => {
  const node = testAuth()
  let held = (await node.logIn()).refresh_token
  const stolen: string[] = []
  for (let rotation = 1; rotation <= 3; rotation++) {
    node.clock.advance({ seconds: 900 })
    const victims = tokensOf(await node.refresh(held))
    node.clock.advance({ seconds: 5 })
    const repeat = await node.refresh(held, { requester: thief })
    if (!isRefusal(repeat)) stolen.push(repeat.access_token)
    held = victims.refresh_token
  }
  expect(stolen).toHaveLength(2)
  expect(await node.refresh(held)).toMatchObject({ error: 'invalid_grant', reason: 'revoked' })
  for (const token of stolen) expect(errorOf(await node.auth.authenticate(token))).toBe('invalid_token')
  expect(await eventsOf(node, 'token.refresh_two_sources')).toMatchObject([
    { ip: thief.ip, detail: 'first used from 192.0.2.7; rotations in a row: 1' },
    { ip: thief.ip, detail: 'first used from 192.0.2.7; rotations in a row: 2' },
  ])
  expect(await eventsOf(node, 'token.refresh_reuse')).toMatchObject([{ ip: thief.ip, detail: 'two_sources' }])
})

test('G16 a thief who refreshes first, or alternates with the victim, is caught at the third rotation too', async () => {
  for (const thiefIsFirst of [() => true, (rotation: number) => rotation % 2 === 0]) {
    const node = testAuth()
    let held = (await node.logIn()).refresh_token
    let rotations = 0
    for (let ended = false; !ended; rotations++) {
      node.clock.advance({ seconds: 900 })
      const both = thiefIsFirst(rotations) ? [thief, testRequester] : [testRequester, thief]
      const [first, second] = [
        await node.refresh(held, { requester: both[0] }),
        await node.refresh(held, { requester: both[1] }),
      ]
      ended = isRefusal(first) || isRefusal(second)
      if (!isRefusal(first)) held = first.refresh_token
    }
    expect(rotations).toBe(3)
    expect(errorOf(await node.refresh(held))).toBe('invalid_grant')
  }
})

test('G02 a thief who misses a rotation holds only retired tokens, and presenting one ends the session', async () => {
  const node = testAuth()
  const first = (await node.logIn()).refresh_token
  const second = tokensOf(await node.refresh(first)).refresh_token
  expect(errorOf(await node.refresh(first, { requester: thief }))).toBe('none')
  node.clock.advance({ seconds: 900 })
  const third = tokensOf(await node.refresh(second)).refresh_token
  node.clock.advance({ seconds: 900 })
  expect(errorOf(await node.refresh(second, { requester: thief }))).toBe('invalid_grant')
  expect(errorOf(await node.refresh(third))).toBe('invalid_grant')
})

test('G16 the list of sessions does not reveal to a thief with a copied token when the terminal refreshes', async () => {
  const node = testAuth()
  const [one, other] = [await node.logIn(), await node.logIn()]
  const { user, sessionId } = tokensOf(await node.auth.authenticate(one.access_token))
  const shown = async () =>
    (await node.auth.listSessions({ userId: user.id, currentSessionId: sessionId })).map(({ last_used_at }) =>
      last_used_at.getTime(),
    )
  node.clock.advance({ seconds: 3_600 })
  await node.refresh(one.refresh_token)
  const renewed = tokensOf(await node.refresh(other.refresh_token))
  const before = await shown()
  for (const time of before) expect(time % 3_600_000).toBe(0)
  node.clock.advance({ seconds: 1_500 })
  await node.refresh(renewed.refresh_token)
  expect(await shown(), 'within an hour nothing changes').toEqual(before)
})

test('the last use that is shown is never before the start of the session', async () => {
  const node = testAuth()
  node.clock.advance({ seconds: 1_234 })
  const { access_token } = await node.logIn()
  const { user } = tokensOf(await node.auth.authenticate(access_token))
  const [session] = await node.auth.listSessions({ userId: user.id, currentSessionId: null })
  expect(session?.last_used_at).toEqual(session?.created_at)
})

const networks = ['192.0.2.7', '203.0.113.5', '198.51.100.9', '2001:db8:7:7::/64'].map(requesterAt)
const anywhere = fc.constantFrom(...networks)

test('G03 a laptop that loses up to ten answers of a renewal while it changes networks stays signed in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: anywhere, retries: fc.array(anywhere, { maxLength: 10 }) }), {
        minLength: 3,
        maxLength: 30,
      }),
      async (rides) => {
        const node = testAuth()
        let held = (await node.logIn()).refresh_token
        let sharedInARow = 0
        for (const { at, retries } of rides) {
          node.clock.advance({ seconds: 900 })
          let answer = tokensOf(await node.refresh(held, { requester: at }))
          // at most two renewals in a row lose answers
          const tries = sharedInARow < 2 ? retries : []
          for (const requester of tries) {
            node.clock.advance({ seconds: 2 })
            answer = tokensOf(await node.refresh(held, { requester }))
          }
          sharedInARow = tries.some(({ source }) => source !== at.source) ? sharedInARow + 1 : 0
          held = answer.refresh_token
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('G03 a laptop that sends attempts stays signed in without alarms, even if every answer is lost while it changes networks', async () => {
  const node = testAuth()
  let held = (await node.logIn()).refresh_token
  for (let rotation = 0; rotation < 40; rotation++) {
    node.clock.advance({ seconds: 900 })
    const attempt = `attempt ${rotation}`
    const [here, there] = [networks[rotation % 4], networks[(rotation + 1) % 4]]
    const first = tokensOf(await node.refresh(held, { requester: here, attempt }))
    held = tokensOf(await node.refresh(held, { requester: there, attempt })).refresh_token
    expect(held).toBe(first.refresh_token)
  }
  expect(await eventsOf(node, 'token.refresh_two_sources')).toEqual([])
})

test('G16 sending attempts does not help a thief, since the terminal sends its own, whichever of the two comes first', async () => {
  for (const thiefIsFirst of [false, true]) {
    for (const stolenAttempt of [undefined, 'a guess', 'attempt 0']) {
      const node = testAuth()
      let held = (await node.logIn()).refresh_token
      // the thief has seen everything up to this refresh, including its attempt
      held = tokensOf(await node.refresh(held, { attempt: 'attempt 0' })).refresh_token
      const ends: string[] = []
      for (let rotation = 1; rotation <= 3; rotation++) {
        node.clock.advance({ seconds: 900 })
        const asTerminal = { attempt: `attempt ${rotation}` }
        const asThief = { requester: thief, ...(stolenAttempt === undefined ? {} : { attempt: stolenAttempt }) }
        const both = thiefIsFirst ? [asThief, asTerminal] : [asTerminal, asThief]
        const [first, second] = [await node.refresh(held, both[0]), await node.refresh(held, both[1])]
        ends.push(errorOf(second))
        if (!isRefusal(first)) held = first.refresh_token
      }
      expect(ends).toEqual(['none', 'none', 'invalid_grant'])
      expect(errorOf(await node.refresh(held))).toBe('invalid_grant')
    }
  }
})

test('G03 changing networks between all renewals raises no alarm', async () => {
  const node = testAuth()
  let held = (await node.logIn()).refresh_token
  for (let rotation = 0; rotation < 40; rotation++) {
    node.clock.advance({ seconds: 900 })
    held = tokensOf(await node.refresh(held, { requester: networks[rotation % networks.length] })).refresh_token
  }
  expect(await eventsOf(node, 'token.refresh_two_sources')).toEqual([])
})

test('G04 G05 commands of one terminal that renew concurrently, at each renewal, count as one source', async () => {
  const node = testAuth()
  let held = (await node.logIn()).refresh_token
  for (let rotation = 0; rotation < 20; rotation++) {
    node.clock.advance({ seconds: 900 })
    const answers = await Promise.all(Array.from({ length: 11 }, () => node.refresh(held)))
    const successors = new Set(answers.map((answer) => tokensOf(answer).refresh_token))
    expect(successors.size).toBe(1)
    held = [...successors][0] ?? ''
  }
  expect(await eventsOf(node, 'token.refresh_two_sources')).toEqual([])
})
