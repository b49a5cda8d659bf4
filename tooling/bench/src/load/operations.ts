/** The measured operations, on the codes and sessions that the load process has for a server. An unexpected answer ends the bench. */
import pg from 'pg'
import { contestantNamed } from '../contestants/all.ts'
import type { Contestant } from '../contestants/contestant.ts'
import type { Connection, Reply } from './connection.ts'
import type { Target, Work } from './job.ts'

/** The state that the load process has for one server. */
export interface Held {
  readonly contestant: Contestant
  readonly codes: string[]
  /** Refresh tokens, partitioned by connection, so that no token is sent twice. */
  readonly sessions: string[]
  readonly approve: (deviceCode: string) => Promise<void>
  readonly restore: () => Promise<void>
}

export function hold(target: Target): Held {
  const contestant = contestantNamed(target.contestant)
  const pool = target.databaseUrl === null ? null : new pg.Pool({ connectionString: target.databaseUrl, max: 10 })
  const { text, values } = contestant.approval
  return {
    contestant,
    codes: [],
    sessions: [],
    approve: async (deviceCode) => {
      const approved = await pool?.query({ name: 'approve', text, values: values(deviceCode) })
      if (approved?.rowCount !== 1) throw new Error(`${target.contestant}: no code was approved`)
    },
    restore: async () => {
      if (contestant.restore !== undefined) await pool?.query(contestant.restore)
    },
  }
}

function succeeded(name: string, { status, body }: Reply): Record<string, string> {
  if (status !== 200) throw new Error(`${name} answered ${status} ${body}`)
  return JSON.parse(body)
}

export async function startOne(held: Held, connection: Connection): Promise<string> {
  const { name, start } = held.contestant
  return succeeded(name, await connection.send(start())).device_code ?? ''
}

/** Starts, approves and redeems a sign-in. Resolves to the refresh token, or to the access token if there is none. */
export async function flowOne(held: Held, connection: Connection): Promise<string> {
  const deviceCode = await startOne(held, connection)
  await held.approve(deviceCode)
  const tokens = succeeded(held.contestant.name, await connection.send(held.contestant.poll(deviceCode)))
  return tokens.refresh_token ?? tokens.access_token ?? ''
}

export function refreshCall(held: Held, refreshToken: string) {
  const { name, refresh } = held.contestant
  if (refresh === null) throw new TypeError(`${name} has no refresh tokens`)
  return refresh(refreshToken)
}

/** Runs one operation on a connection. `turn` counts the operations of all connections. Resolves to whether the answer was `slow_down`. */
export type Operation = (connection: Connection, lane: number, turn: number) => Promise<boolean>

export function operation(held: Held, work: Work, lanes: number): Operation {
  const { name, poll } = held.contestant
  switch (work) {
    case 'poll':
      return async (connection, _, turn) => {
        const { status, body } = await connection.send(poll(held.codes[turn % held.codes.length] ?? ''))
        if (status === 400 && body.includes('authorization_pending')) return false
        if (status === 400 && body.includes('slow_down')) return true
        throw new Error(`${name} answered ${status} ${body}`)
      }
    case 'start':
      return async (connection) => {
        await startOne(held, connection)
        return false
      }
    case 'flow':
      return async (connection) => {
        await flowOne(held, connection)
        return false
      }
    case 'refresh': {
      // each connection rotates through its own sessions
      const own = Math.floor(held.sessions.length / lanes)
      const next = Array.from({ length: lanes }, () => 0)
      return async (connection, lane) => {
        const at = lane * own + ((next[lane] ?? 0) % own)
        next[lane] = (next[lane] ?? 0) + 1
        const reply = await connection.send(refreshCall(held, held.sessions[at] ?? ''))
        held.sessions[at] = succeeded(name, reply).refresh_token ?? ''
        return false
      }
    }
  }
}
