/**
 * What a request costs a node is linear in its bytes, whatever it says. Measured in processor time of the node's process, at a size and at
 * four times that size: a straight line gives at most four, a square sixteen.
 */
import { setTimeout as delay } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CostlyCase, costlyCases, placesOf } from './fuzz/costly-places.ts'
import { anyRepetition } from './fuzz/costly-shapes.ts'
import { liveValues } from './fuzz/live-values.ts'
import { sendRaw } from './fuzz/raw-request.ts'
import { someLocalAddress } from './local-fetch.ts'
import { type MeasuredNode, startMeasuredNode } from './measured-node.ts'
import { onPostgres } from './on-postgres.ts'
import { temporaryFolder } from './temporary-folder.ts'

const seconds = Number(process.env.FUZZ_SECONDS ?? 30)
/** With less than a minute, one half of the cases or the other: which one, the seed says. */
const isHalf = seconds < 60
const madeUp = seconds * 2
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
const mostFactor = 6
/** Below this all requests cost much the same, and the rest is chance. */
const floorMs = 0.5
const atOnce = 4

/** Milliseconds of processor time that one of `atOnce` requests costs. */
async function costOf(node: MeasuredNode, { request }: CostlyCase, bytes: number): Promise<number> {
  const port = Number(new URL(node.url).port)
  const sent = request(bytes)
  const before = await node.cpuMs()
  const answers = await Promise.all(
    Array.from({ length: atOnce }, () => sendRaw(port, { from: someLocalAddress(), ...sent })),
  )
  for (const answer of answers) expect(answer?.status ?? 0).not.toBe(500)
  return Math.max(floorMs, ((await node.cpuMs()) - before) / atOnce)
}

/** How often the cost of the least is in that of four times as much; the lowest of five tries, since other work of the node counts too. */
async function factorOf(node: MeasuredNode, tried: CostlyCase): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 5 && lowest > mostFactor; tries++) {
    const least = await costOf(node, tried, tried.mostBytes / 4)
    lowest = Math.min(lowest, (await costOf(node, tried, tried.mostBytes)) / least)
  }
  return lowest
}

test('J12 no text, document or annotation costs more than its bytes, in any field, query or header of any wire', async () => {
  await using folder = await temporaryFolder()
  await using node = await startMeasuredNode(await onPostgres(folder, { OSA_LOG_LEVEL: 'warn' }))
  const live = await liveValues(node.url)
  if (live === null) throw new Error('the first sign-in was refused')
  const cases = costlyCases(live, node.url).filter((_, index) => !isHalf || index % 2 === seed % 2)
  const places = placesOf(live, node.url)
  const random = fc.sample(fc.tuple(anyRepetition, fc.nat(places.length - 1)), { numRuns: madeUp, seed })
  for (const [[shape, text], index] of random)
    cases.push(...places.slice(index, index + 1).map((place) => place(shape, text)))
  const factors: number[] = []
  let steep: CostlyCase[] = []
  for (const tried of cases) {
    const factor = await factorOf(node, tried)
    factors.push(factor)
    if (factor > mostFactor) steep.push(tried)
  }
  // a node's own work (compiling, collecting, sweeping) can fill all tries of one moment; what is steep by itself is steep at any moment
  for (let later = 0; later < 5 && steep.length > 0; later++) {
    await delay(2_000)
    const still: CostlyCase[] = []
    for (const tried of steep) if ((await factorOf(node, tried)) > mostFactor) still.push(tried)
    steep = still
  }
  console.log(
    `${cases.length} cases, the steepest at ${Math.max(...factors).toFixed(1)} for four times the bytes, seed ${seed}`,
  )
  expect(steep.map(({ name }) => name)).toEqual([])
})
