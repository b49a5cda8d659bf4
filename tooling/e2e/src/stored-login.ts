/** Creates, reads and ages logins in a `credentials.json`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { approve } from './approve.ts'
import { type OsaOptions, startLogin } from './osa-process.ts'

export interface Entry {
  access_token: string
  refresh_token: string
  expires_at?: number
}
export type Entries = Record<string, Entry>

export const credentialsPath = (home: string): string => join(home, '.config/osa/credentials.json')

/** Reads all entries. Throws if the file is not JSON. */
export const readEntries = (home: string): Entries => JSON.parse(readFileSync(credentialsPath(home), 'utf8')) as Entries

export function entryOf(home: string, url: string): Entry {
  const entry = readEntries(home)[url]
  if (!entry) throw new Error(`no login for ${url}`)
  return entry
}

export function writeEntries(home: string, entries: object): void {
  mkdirSync(dirname(credentialsPath(home)), { recursive: true, mode: 0o700 })
  writeFileSync(credentialsPath(home), `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 })
}

/** Marks the access token of a login as expired, so that the next `osa` command refreshes it. */
export const ageLogin = (home: string, url: string): void =>
  writeEntries(home, { ...readEntries(home), [url]: { ...entryOf(home, url), expires_at: 1 } })

/** Logs in, approved by a development person (by default the administrator). */
export async function logIn(url: string, options: OsaOptions, person?: string): Promise<void> {
  const login = await startLogin(url, options)
  await approve(url, login.userCode, person)
  const code = await login.ended
  if (code !== 0) throw new Error(`osa login exited with ${code}:\n${login.stdout()}${login.stderr()}`)
}
