/** B30, B31: a database that breaks at any moment of any step: nothing is lost, nothing issued twice, and everyone is told in their own terms. */

import { join } from 'node:path'
import { startPostgres } from '@osa/db/testing'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import {
  type Answer,
  clientAt,
  type FlowOperation,
  isUnseemly,
  operations,
  secretsGivenOut,
} from './flow-operations.ts'
import { startNode } from './node-process.ts'
import { type Cut, startTcpProxy } from './tcp-proxy.ts'
import { temporaryFolder } from './temporary-folder.ts'

const settle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** More statements than any step sends; the loop ends when a cut no longer meets one. */
const mostStatements = 60

function isSilent(log: string): boolean {
  expect(secretsGivenOut.size).toBeGreaterThan(0)
  return ![...secretsGivenOut].some((secret) => log.includes(secret))
}

/** Tries until it is done or lost; answers every answer on the way. */
async function tryUntilOver({ run, judge }: FlowOperation): Promise<{ outcome: 'done' | 'lost'; answers: Answer[] }> {
  const answers: Answer[] = []
  for (let tries = 0; tries < 6_000; tries++) {
    const answer = await run()
    answers.push(answer)
    const outcome = judge(answer)
    if (outcome !== 'again') return { outcome, answers }
    await settle(100)
  }
  throw new Error(`it did not recover: ${JSON.stringify(answers.at(-1))}`)
}

/**
 * The only steps that may be lost when the answer to a COMMIT is cut off: the database has done what the node cannot know. A redeemed code
 * whose tokens nobody heard, and a claim whose cookie nobody got: the person starts over.
 */
const losable = new Set(['redemption', 'sign-in and callback'])

test.each(Object.entries(operations))(
  'B30 B31 with the connection reset at any statement of %s, before or after it, it can be tried again and happens once',
  async (name, prepare) => {
    await using folder = await temporaryFolder()
    const databaseUrl = await createSharedDatabase({ migrated: true })
    const address = new URL(databaseUrl)
    await using proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port) })
    address.port = String(proxy.port)
    await using node = await startNode({
      DATABASE_URL: address.href,
      OSA_DATA_DIR: join(folder.path, 'data'),
    })
    let [faults, lost] = [0, 0]
    for (const cut of ['before', 'after'] satisfies Cut[]) {
      for (let nth = 1, fired = true; fired && nth <= mostStatements; nth++) {
        const operation = await prepare(clientAt(node.url))
        proxy.arm(nth, cut)
        const first = await operation.run()
        fired = proxy.disarm()
        if (fired) faults++
        expect(isUnseemly(first), JSON.stringify(first)).toBe(false)
        const outcome = operation.judge(first)
        const over = outcome === 'again' ? await tryUntilOver(operation) : { outcome, answers: [] }
        expect(over.answers.filter(isUnseemly)).toEqual([])
        if (over.outcome === 'lost') {
          lost++
          expect(losable.has(name) && cut === 'after', `${name} lost at statement ${nth}, ${cut}`).toBe(true)
        }
        await operation.check()
      }
    }
    console.log(`${name}: ${faults} connections cut, ${lost} answers to a COMMIT lost`)
    expect(faults).toBeGreaterThan(1)
    expect(lost).toBeLessThanOrEqual(3)
    expect(isSilent(node.output()), 'I06 no secret is in the log of a failure').toBe(true)
    expect(node.output()).not.toMatch(/"level":(50|"error").*a request failed/)
  },
)

test('B30 B31 J08 PostgreSQL stops during every step at once and comes back, four times: every step ends well, once', async () => {
  await using folder = await temporaryFolder()
  await using postgres = await startPostgres()
  await using node = await startNode({
    DATABASE_URL: postgres.url(),
    OSA_DATA_DIR: join(folder.path, 'data'),
  })
  let [operationsTried, unavailable, lost] = [0, 0, 0]
  for (let round = 0; round < 4; round++) {
    const all: { name: string; operation: FlowOperation }[] = []
    for (const [name, prepare] of Object.entries(operations)) {
      for (let n = 0; n < 3; n++) all.push({ name, operation: await prepare(clientAt(node.url)) })
    }
    const under = all.map(async ({ name, operation }, index) => {
      await settle(index * round) // from all at one moment to one after another
      return { name, operation, ...(await tryUntilOver(operation)) }
    })
    await settle(5 * round)
    await postgres.stop()
    expect((await fetch(`${node.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${node.url}/readyz`)).status).toBe(503)
    await settle(300)
    await postgres.start()
    for (const { name, operation, outcome, answers } of await Promise.all(under)) {
      operationsTried++
      unavailable += answers.filter(({ status }) => status === 503).length
      expect(answers.filter(isUnseemly)).toEqual([])
      if (outcome === 'lost') {
        lost++
        expect(losable.has(name), name).toBe(true)
      }
      await operation.check()
    }
  }
  expect(isSilent(node.output()), 'I06 no secret is in the log of a failure').toBe(true)
  console.log(
    `PostgreSQL stopped 4 times during ${operationsTried} operations: ${unavailable} answers were 503, ${lost} lost`,
  )
  expect(unavailable).toBeGreaterThan(20)
})
