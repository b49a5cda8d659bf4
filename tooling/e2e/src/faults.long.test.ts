/** B30, B31: the database fails at any moment of any step. Nothing is lost or issued twice, and every caller gets a proper error. */
import { join } from 'node:path'
import { startPostgres } from '@osa/db/testing'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import {
  type Answer,
  clientAt,
  type FlowOperation,
  issuedSecrets,
  isUnacceptable,
  operations,
} from './flow-operations.ts'
import { startNode } from './node-process.ts'
import { type Cut, startTcpProxy } from './tcp-proxy.ts'
import { temporaryFolder } from './temporary-folder.ts'

const settle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** More statements than any step sends. The loop ends when no statement is left to cut. */
const maxStatements = 60

function hasNoSecret(log: string): boolean {
  expect(issuedSecrets.size).toBeGreaterThan(0)
  return ![...issuedSecrets].some((secret) => log.includes(secret))
}

/** Retries until the operation is done or lost. Returns all answers. */
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
 * The only steps that may be lost if the answer to a COMMIT is cut off, because the node cannot know that the database has committed: a
 * redemption whose tokens did not arrive, and a claim whose cookie did not arrive. The person starts over.
 */
const losable = new Set(['redemption', 'sign-in and callback'])

test.each(Object.entries(operations))(
  'B30 B31 if the connection is reset before or after any statement of %s, a retry succeeds and the step happens once',
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
      for (let nth = 1, fired = true; fired && nth <= maxStatements; nth++) {
        const operation = await prepare(clientAt(node.url))
        proxy.arm(nth, cut)
        const first = await operation.run()
        fired = proxy.disarm()
        if (fired) faults++
        expect(isUnacceptable(first), JSON.stringify(first)).toBe(false)
        const outcome = operation.judge(first)
        const over = outcome === 'again' ? await tryUntilOver(operation) : { outcome, answers: [] }
        expect(over.answers.filter(isUnacceptable)).toEqual([])
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
    expect(hasNoSecret(node.output()), 'I06 no secret is in the log of a failure').toBe(true)
    expect(node.output()).not.toMatch(/"level":(50|"error").*a request failed/)
  },
)

test('B30 B31 J08 while PostgreSQL stops and restarts four times, every step succeeds exactly once', async () => {
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
      await settle(index * round) // all at once in the first round, more spread out in later ones
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
      expect(answers.filter(isUnacceptable)).toEqual([])
      if (outcome === 'lost') {
        lost++
        expect(losable.has(name), name).toBe(true)
      }
      await operation.check()
    }
  }
  expect(hasNoSecret(node.output()), 'I06 no secret is in the log of a failure').toBe(true)
  console.log(
    `PostgreSQL stopped 4 times during ${operationsTried} operations: ${unavailable} answers were 503, ${lost} lost`,
  )
  expect(unavailable).toBeGreaterThan(20)
})
