/** What the bench asks of its load process, and what that answers. */

export type Work = 'poll' | 'start' | 'flow' | 'refresh'

/** A running server. What the load process has of it (codes, refresh tokens) it keeps under `key`. */
export interface Target {
  readonly key: string
  readonly contestant: string
  readonly origin: string
  /** Straight to PostgreSQL, for approvals; null where there is none. */
  readonly databaseUrl: string | null
}

export type Job = { readonly target: Target } & (
  | { readonly ask: 'codes' | 'sessions' /** How many to have. */; readonly count: number }
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
