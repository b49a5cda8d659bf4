/** Sends generated requests to every route of a real node. `FUZZ_SEED` repeats a run. */
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect } from 'vitest'
import { startNode } from '../node-process.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { canary, type LiveValues } from './fields.ts'
import { anyRequest } from './inputs.ts'
import { liveValues } from './live-values.ts'
import { type RawRequest, sendRaw } from './raw-request.ts'
import { faultsOf } from './verdict.ts'

const firstSeed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
const batchSize = 400
const atOnce = 8

/** Formats a request for a report, with the names of live values in place of the values. */
function shown({ method, target, headers, body }: RawRequest, live: LiveValues): string {
  const whole = JSON.stringify({ method, target, headers, body: Buffer.from(body).toString('utf8') })
  const named = Object.entries(live).reduce((text, [name, value]) => text.replaceAll(value, `<${name}>`), whole)
  return named.length > 900 ? `${named.slice(0, 900)}…` : named
}

/** Sends requests for this time. No answer may be a 5xx, reveal a secret, or have another format than its wire. */
export async function fuzzEveryRoute(seconds: number): Promise<void> {
  await using folder = await temporaryFolder()
  await using node = await startNode({ OSA_DATA_DIR: join(folder.path, 'data') })
  const port = Number(new URL(node.url).port)
  const statuses = new Map<number, number>()
  const found: string[] = []
  let tried = 0
  const attempt = async (request: RawRequest, live: LiveValues, seed: number) => {
    const answer = await sendRaw(port, request)
    tried++
    statuses.set(answer?.status ?? 0, (statuses.get(answer?.status ?? 0) ?? 0) + 1)
    const faults = faultsOf(request, answer, live)
    if (faults.length > 0 && found.length < 20) {
      found.push(
        `${faults.join('; ')} (seed ${seed})\n${shown(request, live)}\n${answer?.status} ${answer?.body.slice(0, 200)}`,
      )
    }
  }

  let live = await liveValues(node.url)
  expect(live?.refreshToken, 'the first sign-in works').toBeTruthy()
  for (let seed = firstSeed, until = Date.now() + seconds * 1000; Date.now() < until && live !== null; seed++) {
    const using = live
    const queue = fc.sample(anyRequest(using), { numRuns: batchSize, seed })
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) await attempt(next, using, seed)
      }),
    )
    live = (await liveValues(node.url)) ?? using
  }

  const failures = [...statuses].filter(([status]) => status >= 500).reduce((sum, [, count]) => sum + count, 0)
  const list = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status || 'closed'}: ${count}`)
  process.stdout.write(
    `fuzz: ${tried} inputs tried, ${failures} answers of 5xx (${list.join(', ')}), seed ${firstSeed}\n`,
  )
  expect(found.join('\n\n')).toBe('')
  expect(failures).toBe(0)
  expect(node.output(), 'no submitted secret in the log').not.toContain(canary)
  expect((await fetch(`${node.url}/readyz`)).status, 'the node still works').toBe(200)
}
