/** What `npm run bench -- …` understands. */
import { parseArgs } from 'node:util'
import type { Work } from './load/job.ts'

export const kinds = [
  'cli',
  'sdk',
  'ready',
  'load',
  'alone',
  'latency',
  'statements',
  'races',
  'old-rows',
  'kept-rows',
] as const
export type Kind = (typeof kinds)[number]

export const works: readonly Work[] = ['poll', 'start', 'flow', 'refresh']

export interface Options {
  readonly only: readonly Kind[]
  readonly works: readonly Work[]
  /** Whether the tables go into apps/docs/performance.md as well. */
  readonly write: boolean
  readonly connections: number
  /** Length of one slice, and how many each server gets. */
  readonly seconds: number
  readonly rounds: number
  /** Codes that polls go round, and sessions that refreshes do. */
  readonly codes: number
  readonly sessions: number
  readonly oldRows: number
  readonly refreshes: number
  /** How often a code or token is sent four times at once. */
  readonly races: number
  /** How often a server is started for its time to the first answer, and the command for its. */
  readonly starts: number
  readonly cliRounds: number
  /** A folder for a CPU profile of each server. */
  readonly profile: string | null
}

export const usage = `npm run bench -- [options]

  --quick             shorter and fewer slices, fewer rows
  --full              refreshes the node's sessions 500,000 times to count the rows (adds minutes); a session may be
                      refreshed some 600 times an hour
  --only=<kind,…>     ${kinds.join(', ')}
  --work=<kind,…>     ${works.join(', ')}
  --seconds=<n>  --rounds=<n>  --old-rows=<n>  --refreshes=<n>
  --profile=<folder>  writes a CPU profile of each server; best with --only=load and one kind of work
  --write             puts the tables into apps/docs/performance.md
`

/** Reads the command line. Throws with a sentence for a person when it does not hold. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string', default: kinds.join(',') },
      work: { type: 'string', default: works.join(',') },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      'old-rows': { type: 'string' },
      refreshes: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  const { quick, full } = values
  return {
    only: chosen(values.only, kinds),
    works: chosen(values.work, works),
    write: values.write,
    connections: 50,
    seconds: number(values.seconds, quick ? 1 : 3),
    rounds: number(values.rounds, quick ? 1 : 3),
    codes: quick ? 500 : 1_000,
    sessions: quick ? 200 : 1_000,
    oldRows: number(values['old-rows'], quick ? 100_000 : 1_000_000),
    refreshes: number(values.refreshes, full ? 500_000 : quick ? 3_000 : 20_000),
    races: quick ? 30 : 100,
    starts: quick ? 2 : 5,
    cliRounds: quick ? 21 : 101,
    profile: values.profile ?? null,
  }
}

const chosen = <Name extends string>(given: string, known: readonly Name[]): Name[] =>
  given.split(',').map((name) => {
    const found = known.find((one) => one === name)
    if (found === undefined) throw new TypeError(`There is no ${name}; there are ${known.join(', ')}.`)
    return found
  })

function number(given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise
  if (!/^\d+(\.\d+)?$/.test(given) || Number(given) === 0) throw new TypeError(`${given} is no number above 0.`)
  return Number(given)
}
