/** Commands of one terminal that refresh concurrently at several nodes, sometimes with a log-out or an operator in between (G05). */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OpenStores } from './flow-interleavings.ts'
import { createFlowWorld } from './flow-world.ts'

const operation = fc.oneof(
  { weight: 8, arbitrary: fc.constant('refresh' as const) },
  { weight: 2, arbitrary: fc.constant('refresh the newest' as const) },
  { weight: 1, arbitrary: fc.constantFrom('log out' as const, 'revoke all' as const, 'sweep' as const) },
)
const atOnce = fc.array(fc.tuple(operation, fc.nat({ max: 2 })), { minLength: 2, maxLength: 16 })

/** The first use of a token and ten repeats of it (G04). */
const mostAnswers = 11

/** Registers the property for the store that is called `name`. */
export function refreshesAtOnce(name: string, open: OpenStores, runs: number): void {
  test(`G02 G03 G04 G05 on ${name}: concurrent refreshes all get the same successor, or the session ends and none of its tokens works`, async () => {
    await using opened = await open()
    let [rounds, operations, lived] = [0, 0, 0]
    const property = fc.asyncProperty(atOnce, fc.boolean(), async (all, usedBefore) => {
      rounds++
      operations += all.length
      const world = createFlowWorld(opened.stores)
      await world.start(0)
      await world.claim(1, 0)
      await world.decide(2, 0, 'approve')
      await world.poll(0, 0)
      if (usedBefore) await world.refresh(1, 0, 0)
      // the newest is token 1 after a first refresh, otherwise token 0
      const newest = usedBefore ? 1 : 0
      const answers: { token: number; answer: number | string }[] = []
      const ended = all.some(([kind]) => kind === 'log out' || kind === 'revoke all')
      await Promise.all(
        all.map(async ([kind, node]) => {
          if (kind === 'log out') return world.logOut(node, 0)
          if (kind === 'revoke all') return world.revokeAll(node)
          if (kind === 'sweep') return world.sweep(node)
          const token = kind === 'refresh' ? 0 : newest
          answers.push({ token, answer: await world.refresh(node, 0, token) })
        }),
      )
      for (const { token, answer } of answers) expect([token + 1, 'invalid_grant']).toContain(answer)
      for (const token of [0, 1]) {
        const answered = answers.filter((one) => one.token === token && one.answer === token + 1).length
        expect(
          answered + (usedBefore && token === 0 ? 1 : 0),
          'no more than the first use and ten repeats',
        ).toBeLessThanOrEqual(mostAnswers)
      }
      const refused = answers.filter(({ answer }) => answer === 'invalid_grant').length
      const uses = answers.filter(({ token }) => token === 0).length + (usedBefore ? 1 : 0)
      const onlyRepeats = !ended && answers.every(({ token }) => token === 0)
      if (onlyRepeats) expect(refused).toBe(Math.max(0, uses - mostAnswers))
      const leaf = world.devices[0]?.refreshTokens.length ?? 0
      const lives = !ended && refused === 0
      if (lives) lived++
      expect(await world.refresh(0, 0, leaf - 1)).toBe(lives ? leaf : 'invalid_grant')
    })
    await fc.assert(property, { numRuns: runs })
    console.log(`${name}: ${rounds} rounds of ${operations} refreshes at once, ${lived} sessions lived on`)
    expect(rounds).toBeGreaterThanOrEqual(runs)
  })
}
