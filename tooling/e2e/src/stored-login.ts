/** Logins in a `credentials.json`, as tests make, read and age them. */
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

/** What the file holds; throws when it is no JSON. */
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

/** Lets the access token of a login be over as far as `osa` knows, so that its next command refreshes. */
export const ageLogin = (home: string, url: string): void =>
  writeEntries(home, { ...readEntries(home), [url]: { ...entryOf(home, url), expires_at: 1 } })

/** A whole login, approved by a development person (the administrator, if none is named). */
export async function logIn(url: string, options: OsaOptions, person?: string): Promise<void> {
  const login = await startLogin(url, options)
  await approve(url, login.userCode, person)
  const code = await login.ended
  if (code !== 0) throw new Error(`osa login ended with ${code}:\n${login.stdout()}${login.stderr()}`)
}
