/**
 * `npm run bench`: speed and memory of a node on real PostgreSQL, as ratios to a fixed answer measured side by side in the same run.
 * Absolute figures belong to the machine; the ratios are what to compare.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@osa/db/testing'
import { approve } from '@osa/e2e/approve'
import { startNode } from '@osa/e2e/node-process'
import { poll, redeem, refresh, someMachine, start } from './flows.ts'
import { eachPerSecond, perSecond, post } from './load.ts'
import { residentMegabytes } from './memory.ts'
import { measureSdk } from './sdk-sizes.ts'
import { benchStartUp } from './start-up.ts'
import { startYardstick } from './yardstick.ts'

const connections = 50
const seconds = 4
const rounds = 3
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const say = (name: string, value: string) => process.stdout.write(`${name.padEnd(46)} ${value}\n`)

const bench = async (): Promise<void> => {
  await using postgres = await startPostgres()
  const settings = {
    DATABASE_URL: postgres.url(),
    OSA_SECRET: Buffer.alloc(32, 5).toString('base64url'),
    OSA_DATA_DIR: join(tmpdir(), `osa-bench-${process.pid}`),
    OSA_TRUSTED_PROXIES: '127.0.0.1/32',
    OSA_LOG_LEVEL: 'warn',
  }
  await (await startNode(settings)).stop() // migrates, so that the start that is timed is an ordinary one
  const begun = performance.now()
  await using node = await startNode(settings)
  say('start to ready, migrated PostgreSQL', `${Math.round(performance.now() - begun)} ms`)
  say('resident memory, idle', `${residentMegabytes(node.pid)} MB`)

  await using yardstick = await startYardstick()

  const families: string[] = []
  const codes: string[] = []
  const starts = await eachPerSecond(
    Array.from({ length: 600 }, (_, n) => n),
    connections,
    async (kept) => {
      codes.push((await start(node.url, kept, someMachine())).deviceCode)
    },
  )

  // rounds in turn, so that a change in the machine's speed falls on both
  const fixed: number[] = []
  const pending: number[] = []
  for (let round = 0; round < rounds; round++) {
    fixed.push(
      await perSecond({ connections, seconds }, async (kept) => {
        await post(yardstick.url, kept, { path: '/oauth/token', body: `client_id=osa-cli&device_code=${codes[0]}` })
      }),
    )
    let next = 0
    pending.push(
      await perSecond({ connections, seconds }, async (kept) => {
        const { body } = await poll(node.url, kept, codes[next++ % codes.length] ?? '')
        if (!/authorization_pending|slow_down/.test(body)) throw new Error(body)
      }),
    )
  }
  say('resident memory, under load', `${residentMegabytes(node.pid)} MB`)
  const ratio = (rate: number) => `${Math.round(rate)} /s, ${(rate / median(fixed)).toFixed(3)} of a fixed answer`
  say('fixed answer, same Hono and adapter', `${Math.round(median(fixed))} /s`)
  say('undecided polls', ratio(median(pending)))
  say('starts', ratio(starts))

  // decided through the pages, as a person does; only the terminal's calls and the pages' together make the flow
  const flows = await eachPerSecond(
    Array.from({ length: 40 }, (_, n) => n),
    4,
    async (kept) => {
      const started = await start(node.url, kept, '127.0.0.1')
      await approve(node.url, started.userCode)
      families.push(await redeem(node.url, kept, started.deviceCode))
    },
  )
  say('whole flows: start, seven page requests, tokens', ratio(flows))

  const refreshes = await perSecond({ connections: families.length, seconds }, async (kept, family) => {
    families[family] = await refresh(node.url, kept, families[family] ?? '')
  })
  say('refreshes', ratio(refreshes))
}

try {
  // before anything else runs beside it
  benchStartUp(say)
  await measureSdk(say)
  await bench()
} catch (error) {
  // the PostgreSQL package hooks uncaught errors and would end this with 0
  process.stderr.write(`The bench failed: ${error instanceof Error ? error.stack : error}\n`)
  process.exitCode = 1
}
