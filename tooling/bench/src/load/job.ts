/** The messages between the bench and its load process. */

export type Work = 'poll' | 'start' | 'flow' | 'refresh'

/** A running server. The load process stores its codes and refresh tokens under `key`. */
export interface Target {
  readonly key: string
  readonly contestant: string
  readonly origin: string
  /** The database's URL without a relay, for approvals; null if the server has no database. */
  readonly databaseUrl: string | null
}

export type Job = { readonly target: Target } & (
  | { readonly ask: 'codes' | 'sessions'; readonly count: number }
  | { readonly ask: 'measure'; readonly work: Work; readonly connections: number; readonly limit: Limit }
  | { readonly ask: 'race'; readonly of: 'code' | 'token'; readonly times: number }
)

/** When to stop. */
export type Limit = { readonly seconds: number } | { readonly operations: number }

export interface Measured {
  readonly operations: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Polls that were answered `slow_down`. */
  readonly early: number
}

export type Answer = Measured | { readonly shareOfSeveral: number } | Record<string, never>
