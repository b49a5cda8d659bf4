/** The node's performance aims, compared with what was measured. */
import { type Table, whole } from './table.ts'

/** Figures by name, as the sections record them. */
export type Figures = ReadonlyMap<string, number>

interface Aim {
  readonly aim: string
  readonly figure: string
  readonly from?: number
  readonly to?: number
}

const work = ['poll', 'start', 'flow', 'refresh'] as const

const aims: readonly Aim[] = [
  { aim: 'pending poll, times oidc-provider: 3 or more', figure: 'poll, oidc-provider', from: 3 },
  {
    aim: 'pending poll, times a fixed answer by the same Hono: 0.6 or more',
    figure: 'poll, fixed answer, Hono',
    from: 0.6,
  },
  { aim: 'pending poll, CPU µs of the server: 90 or less', figure: 'poll, server µs', to: 90 },
  { aim: 'pending poll, CPU µs of PostgreSQL: 20 or less', figure: 'poll, PostgreSQL µs', to: 20 },
  { aim: 'start, times oidc-provider: 1.5 or more', figure: 'start, oidc-provider', from: 1.5 },
  { aim: 'start, one UPDATE, redeem, times oidc-provider: 2 or more', figure: 'flow, oidc-provider', from: 2 },
  { aim: 'refresh, times oidc-provider: 4 or more', figure: 'refresh, oidc-provider', from: 4 },
  { aim: 'refresh, times a bare handler with one UPDATE: 0.8 or more', figure: 'refresh, bare handler', from: 0.8 },
  ...work.map((name) => ({
    aim: `${name} with 1 ms to PostgreSQL, share left: 0.7 or more`,
    figure: `${name}, latency`,
    from: 0.7,
  })),
  ...work.map((name) => ({
    aim: `${name} alone, p50 as a share of oidc-provider's: 1 or less`,
    figure: `${name}, alone`,
    to: 1,
  })),
  ...work.map((name) => ({
    aim: `${name} with many old rows, as a share: 0.9 to 1.1`,
    figure: `${name}, old rows`,
    from: 0.9,
    to: 1.1,
  })),
  { aim: 'rows added by the refreshes, not counting the audit: 0', figure: 'rows kept, OSA node', to: 0 },
  { aim: 'first answer, ms: below 600', figure: 'ready, ms', to: 600 },
  { aim: 'idle memory, MB: below 120', figure: 'ready, MB', to: 120 },
]

/** Returns a table of the aims whose figures were measured in this run. */
export const aimsTable = (figures: Figures): Table => ({
  title: 'Aims',
  note: 'The aims of the OSA node, and what this run measured.',
  head: ['aim', 'measured', 'reached'],
  rows: aims.flatMap(({ aim, figure, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }) => {
    const measured = figures.get(figure)
    if (measured === undefined || Number.isNaN(measured)) return []
    const text = measured >= 10 ? whole(measured) : measured.toFixed(2)
    return [[aim, text, measured >= from && measured <= to ? 'yes' : 'no']]
  }),
})
