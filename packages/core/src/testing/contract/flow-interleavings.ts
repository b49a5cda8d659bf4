/** Whole sign-ins in random order at several nodes: one step at a time compared with the model, and concurrently checked for invariants. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AuthStore } from '../../auth/store.ts'
import { createFlowModel } from './flow-model.ts'
import { createFlowWorld, type FlowWorld } from './flow-world.ts'

/** Opens one database, with a store for each node. */
export type OpenStores = () => Promise<{ readonly stores: readonly AuthStore[] } & AsyncDisposable>

const node = fc.nat({ max: 2 })
const device = fc.nat({ max: 1 })
const decision = fc.constantFrom('approve' as const, 'deny' as const)
/** Seconds around the instants at which outcomes change: the interval less its tolerance, and the replay window. */
const untilPoll = fc.constantFrom(0, 0, 1, 3, 4, 5, 9, 10, 14, 15, 31)
const untilRefresh = fc.constantFrom(0, 0, 1, 29, 30, 31)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('poll' as const), node, device, after: untilPoll }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('foreign poll' as const), node, device }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('claim' as const), node, device }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('decide' as const), node, device, decision }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('refresh' as const),
      node,
      device,
      token: fc.nat({ max: 3 }),
      after: untilRefresh,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('log out' as const, 'revoke all' as const, 'sweep' as const),
      node,
      device,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      seconds: fc.constantFrom(0, 1, 4, 5, 9, 29, 31, 120, 601),
    }),
  },
  // the clock is set back: by a correction, and by an hour (L08)
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(-3, -3_600) }) },
)

/** The first steps of both devices. Without them, most random orders of steps get nowhere. */
const path = [
  { kind: 'claim', node: 0 },
  { kind: 'decide', node: 1, decision: 'approve' },
  { kind: 'poll', node: 2, after: 0 },
] as const
const beginning = fc
  .nat({ max: path.length })
  .map((length) => path.slice(0, length).flatMap((one) => [0, 1].map((device) => ({ ...one, device }))))

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** Does one step in the world and in the model. Returns both outcomes. */
async function both(
  world: FlowWorld,
  model: ReturnType<typeof createFlowModel>,
  one: Step,
): Promise<[actual: unknown, expected: unknown]> {
  if ('after' in one) {
    world.clock.advance({ seconds: one.after })
    model.wait(one.after)
  }
  switch (one.kind) {
    case 'wait':
      world.clock.advance(one)
      return [null, model.wait(one.seconds) ?? null]
    case 'poll':
      return [await world.poll(one.node, one.device), model.poll(one.device)]
    case 'foreign poll':
      return [await world.poll(one.node, one.device, 'other-tool'), 'invalid_grant']
    case 'claim':
      return [await world.claim(one.node, one.device), model.claim(one.device)]
    case 'decide':
      if (!world.devices[one.device]?.claim) return [null, null]
      return [await world.decide(one.node, one.device, one.decision), model.decide(one.device, one.decision)]
    case 'refresh':
      return [await world.refresh(one.node, one.device, one.token), model.refresh(one.device, one.token)]
    case 'log out':
      return [(await world.logOut(one.node, one.device)) ?? null, model.logOut(one.device) ?? null]
    case 'revoke all':
      return [await world.revokeAll(one.node).then(() => null), model.revokeAll() ?? null]
    case 'sweep':
      return [await world.sweep(one.node).then(() => null), model.sweep() ?? null]
  }
}

const count = (outcomes: readonly unknown[], outcome: unknown): number =>
  outcomes.filter((one) => one === outcome).length

const simultaneous = fc.oneof(
  { weight: 3, arbitrary: fc.constant('poll' as const) },
  { weight: 1, arbitrary: fc.constantFrom('approve' as const, 'deny' as const, 'foreign poll' as const) },
  { weight: 1, arbitrary: fc.constantFrom('claim' as const, 'revoke all' as const, 'sweep' as const) },
)

/** Registers the properties for the store that is called `name`, with `runs` runs of each. */
export function flowInterleavings(name: string, open: OpenStores, runs: number): void {
  test(`A01 B07 B11 B12 B15 C12 C13 D18 G02 G05 L08 on ${name}: in any order, at any node and clock, the answers are those of the model`, async () => {
    await using opened = await open()
    let [interleavings, steps] = [0, 0]
    const reached = new Map<string, number>()
    const property = fc.asyncProperty(beginning, fc.array(step, { minLength: 5, maxLength: 30 }), async (done, all) => {
      const [world, model] = [createFlowWorld(opened.stores), createFlowModel()]
      interleavings++
      for (let n = 0; n < 2; n++) {
        await world.start(n)
        model.start()
      }
      for (const [index, one] of [...done, ...all].entries()) {
        steps++
        const [actual, expected] = await both(world, model, one)
        reached.set(`${one.kind} ${actual}`, (reached.get(`${one.kind} ${actual}`) ?? 0) + 1)
        expect(actual, `step ${index}, ${one.kind}`).toEqual(expected)
      }
    })
    await fc.assert(property, { numRuns: runs })
    console.log(
      `${name}: ${interleavings} interleavings of whole sign-ins, ${steps} steps, at ${opened.stores.length} nodes`,
    )
    // a few interleavings may miss one of these by chance, but hundreds do not
    for (const rare of runs < 300
      ? []
      : ['poll tokens', 'poll expired_token', 'refresh 1', 'refresh invalid_grant', 'decide expired']) {
      expect(reached.get(rare) ?? 0, rare).toBeGreaterThan(0)
    }
    expect(interleavings).toBeGreaterThanOrEqual(runs)
  })

  test(`B07 D18 L04 L10 on ${name}: whatever happens concurrently, there is at most one decision and one token pair, and no defect`, async () => {
    await using opened = await open()
    let [interleavings, operations, redeemed] = [0, 0, 0]
    const property = fc.asyncProperty(
      fc.array(fc.tuple(simultaneous, node), { minLength: 4, maxLength: 24 }),
      fc.boolean(),
      async (all, approvedBefore) => {
        const world = createFlowWorld(opened.stores)
        interleavings++
        operations += all.length
        await world.start(0)
        await world.claim(1, 0)
        const before = approvedBefore ? [await world.decide(2, 0, 'approve')] : []
        const outcomes = await Promise.all(
          all.map(async ([kind, at]): Promise<string> => {
            if (kind === 'poll') return world.poll(at, 0)
            if (kind === 'foreign poll') return `foreign ${await world.poll(at, 0, 'other-tool')}`
            if (kind === 'claim') return `claim ${await world.claim(at, 0)}`
            if (kind === 'approve' || kind === 'deny') return world.decide(at, 0, kind)
            await (kind === 'sweep' ? world.sweep(at) : world.revokeAll(at))
            return kind
          }),
        )
        const everything = [...before, ...outcomes]
        const [approvals, denials] = [count(everything, 'approved'), count(everything, 'denied')]
        expect(approvals + denials).toBeLessThanOrEqual(1)
        expect(count(everything, 'tokens')).toBeLessThanOrEqual(approvals)
        expect(count(everything, 'claim claimed'), 'it was already claimed').toBe(0)
        expect(everything.filter((one) => one.startsWith('foreign ') && one !== 'foreign invalid_grant')).toEqual([])
        const revoked = count(everything, 'revoke all') > 0
        const last = await world.poll(0, 0)
        if (count(everything, 'tokens') === 1) {
          redeemed++
          expect(['invalid_grant', 'expired_token']).toContain(last)
          // the operator's command ended a session that was redeemed before it, and prevented one after it
          expect(await world.refresh(1, 0, 0)).toEqual(revoked ? 'invalid_grant' : 1)
        } else if (revoked) expect(['expired_token', 'access_denied']).toContain(last)
        else if (denials === 1) expect(last).toBe('access_denied')
        else if (approvals === 1) expect(last).toBe('tokens')
      },
    )
    await fc.assert(property, { numRuns: runs })
    console.log(
      `${name}: ${interleavings} rounds of ${operations} simultaneous operations, ${redeemed} of them redeemed`,
    )
    expect(interleavings).toBeGreaterThanOrEqual(runs)
  })
}
