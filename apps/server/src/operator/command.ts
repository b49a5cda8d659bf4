/** The form of an operator's command. Its description is data, so that help and argument parsing use the same record. */
import type { Operator, PersonReference } from '@osa/core'

export interface OperatorCommand {
  /** The words that invoke it: `keys rotate`. */
  readonly name: string
  readonly summary: string
  /** Positional arguments as help shows them. */
  readonly positionals: string
  readonly options: Readonly<Record<string, CommandOption>>
  readonly example: string
  /** False for `init`, which writes the settings file. */
  readonly readsSettingsFile?: false
  /** Checks the arguments before anything is opened. Returns the work to do, or what is wrong with the arguments. */
  prepare(args: CommandArguments): CommandWork | UsageProblem
}

export interface CommandOption {
  readonly type: 'boolean' | 'string'
  /** How help shows its value. */
  readonly value?: string
  readonly help: string
}

export interface CommandArguments {
  readonly positionals: readonly string[]
  readonly text: (option: string) => string | undefined
  readonly isSet: (option: string) => boolean
}

/** The parts of the process that a command uses. `env` includes the settings of the settings file. */
export interface CommandIo {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.Process['stdout']
  readonly stderr: NodeJS.Process['stderr']
  exit(code: number): void
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

export type CommandWork = (io: CommandIo) => Promise<Report | CommandProblem>
/** What was found or done: text for a person, and documents for `--json`, printed one per line. `failed` makes the exit code 1. */
export type Report = { readonly text: string; readonly documents: readonly object[]; readonly failed?: boolean }
/** A failure and what to do about it: exit code 1. */
export type CommandProblem = { readonly problem: string; readonly hint: string }
/** Invalid arguments: exit code 2. */
export type UsageProblem = { readonly usage: string }

/** What a long-running command needs besides the operator. */
export interface Surroundings {
  readonly io: CommandIo
  /** Whether other processes can use the database at the same time, which is true for PostgreSQL. */
  readonly shared: boolean
}

/** Runs `work` on the node's database. The modules for this are loaded only when needed, because loading them takes a second. */
export const onDatabase =
  (work: (operator: Operator, surroundings: Surroundings) => Promise<Report | CommandProblem>): CommandWork =>
  async (io) => {
    const { carryOut } = await import('./open-operator.ts')
    return carryOut(io, work)
  }

/** Parses `issuer#subject`. Returns null for anything else. */
export function parseIdentity(text: string): { issuer: string; subject: string } | null {
  const [, issuer, subject] = /^(https?:\/\/[^#\s]+)#([^#\s]+)$/.exec(text) ?? []
  return issuer === undefined || subject === undefined ? null : { issuer, subject }
}

export const personForms = '<id|issuer#subject|ORCID iD>'

/** Parses a reference to a person: the node's user id, `issuer#subject`, or an ORCID iD. */
export function parsePerson(text: string): PersonReference | UsageProblem {
  if (/^[0-9a-f-]{36}$/.test(text)) return { userId: text }
  const reference = orcidPattern.test(text) ? { issuer: 'https://orcid.org', subject: text } : parseIdentity(text)
  return reference ?? { usage: `Give the person as ${personForms}, as in https://orcid.org#0000-0002-1825-0097.` }
}

/** An ORCID iD, the subject of people who sign in with ORCID. */
export const orcidPattern = /^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/

export const nobodyCalled = (person: string): CommandProblem => ({
  problem: `Nobody called ${person} has signed in here.`,
  hint: 'osa-server users list --search <text> finds people by a part of their name or ORCID iD.',
})

const defaultLimit = 50
const maxLimit = 10_000

/** The option `--limit` of a command that lists `things`. */
export const limitOption = (things: string): CommandOption => ({
  type: 'string',
  value: '<n>',
  help: `At most n ${things} (${defaultLimit})`,
})

/** Parses the value of `--limit`: a whole number from 1 to 10,000, or 50 if the option is missing. */
export function parseLimit(text: string | undefined): number | UsageProblem {
  if (text === undefined) return defaultLimit
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= maxLimit
    ? Number(text)
    : { usage: `--limit takes a whole number from 1 to ${maxLimit}.` }
}

/** Formats documents as `--json` prints them. */
export const jsonLines = (documents: readonly object[]): string =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join('')
