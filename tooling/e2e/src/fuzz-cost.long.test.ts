/**
 * The cost of a request is linear in its size, whatever its content. Compares the processor time of the node at one size and at four times
 * that size: linear cost gives a factor of at most four, quadratic cost sixteen.
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
/** With less than a minute, only one half of the cases runs, chosen by the seed. */
const isHalf = seconds < 60
const madeUp = seconds * 2
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
const maxFactor = 6
/** Below this cost, differences are noise. */
const floorMs = 0.5
const atOnce = 4

/** Returns the processor time of one of `atOnce` requests, in milliseconds. */
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

/** Returns the factor by which the cost grows for four times the size: the lowest of five tries, since other work of the node is measured too. */
async function factorOf(node: MeasuredNode, tried: CostlyCase): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 5 && lowest > maxFactor; tries++) {
    const quarter = await costOf(node, tried, tried.maxBytes / 4)
    lowest = Math.min(lowest, (await costOf(node, tried, tried.maxBytes)) / quarter)
  }
  return lowest
}

test('J12 the cost of any text, document or annotation is linear in its size, in every field, query and header of every wire', async () => {
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
    if (factor > maxFactor) steep.push(tried)
  }
  // the node's own work (compiling, garbage collection, sweeping) can distort all tries at one moment, so steep cases are repeated later
  for (let later = 0; later < 5 && steep.length > 0; later++) {
    await delay(2_000)
    const still: CostlyCase[] = []
    for (const tried of steep) if ((await factorOf(node, tried)) > maxFactor) still.push(tried)
    steep = still
  }
  console.log(
    `${cases.length} cases, the steepest at ${Math.max(...factors).toFixed(1)} for four times the bytes, seed ${seed}`,
  )
  expect(steep.map(({ name }) => name)).toEqual([])
})
