/** The command-line options of `npm run bench`. */
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
  /** Whether to write the tables into apps/docs/performance.md too. */
  readonly write: boolean
  readonly connections: number
  /** The length of one slice, and the number of slices for each server. */
  readonly seconds: number
  readonly rounds: number
  /** The number of codes that polls rotate through, and of sessions that refreshes rotate through. */
  readonly codes: number
  readonly sessions: number
  readonly oldRows: number
  readonly refreshes: number
  /** How many codes or tokens are sent four times at once. */
  readonly races: number
  /** How many times each server is started to measure its first answer, and the command to measure its start. */
  readonly starts: number
  readonly cliRounds: number
  /** The folder for a CPU profile of each server, or null for no profiles. */
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

/** Parses the command line. Throws a `TypeError` with a readable message when it is invalid. */
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
    if (found === undefined) throw new TypeError(`Unknown name ${name}. Use one or more of ${known.join(', ')}.`)
    return found
  })

function number(given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise
  if (!/^\d+(\.\d+)?$/.test(given) || Number(given) === 0) throw new TypeError(`${given} is not a number above 0.`)
  return Number(given)
}
