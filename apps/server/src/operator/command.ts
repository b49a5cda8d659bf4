/** What an operator's command is: its description apart from what it does, so that help and parsing read the same record. */
import type { Operator, PersonReference } from '@osa/core'

export interface OperatorCommand {
  /** The words that call it: `keys rotate`. */
  readonly name: string
  readonly summary: string
  /** Positional arguments as help shows them. */
  readonly positionals: string
  readonly options: Readonly<Record<string, CommandOption>>
  readonly example: string
  /** For what makes a settings file: it is not to begin with another one's. */
  readonly readsSettingsFile?: false
  /** Checks the arguments before anything is opened, and answers the work to do or what is wrong with them. */
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

/** What a command has of its process. `env` has the settings of the settings file too. */
export interface CommandIo {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.Process['stdout']
  readonly stderr: NodeJS.Process['stderr']
  exit(code: number): void
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

export type CommandWork = (io: CommandIo) => Promise<Report | CommandProblem>
/** What was found or done: lines for a person, and documents for `--json`, one a line. `failed` makes the exit code 1. */
export type Report = { readonly text: string; readonly documents: readonly object[]; readonly failed?: boolean }
/** What did not work, and what to do about it: exit code 1. */
export type CommandProblem = { readonly problem: string; readonly hint: string }
/** Arguments that make no sense: exit code 2. */
export type UsageProblem = { readonly usage: string }

/** Beside the operator's own operations, what a command may need that goes on for longer. */
export interface Setting {
  readonly io: CommandIo
  /** Whether others may be at the database at the same time: it is PostgreSQL. */
  readonly shared: boolean
}

/** Work on the node's database, whose settings are read and which is opened only then: loading what reaches it takes a second. */
export const onDatabase =
  (work: (operator: Operator, setting: Setting) => Promise<Report | CommandProblem>): CommandWork =>
  async (io) => {
    const { carryOut } = await import('./open-operator.ts')
    return carryOut(io, work)
  }

/** `issuer#subject`, split at the first `#`; null when it is not that. */
export function parseIdentity(text: string): { issuer: string; subject: string } | null {
  const [, issuer, subject] = /^(https?:\/\/[^#\s]+)#([^#\s]+)$/.exec(text) ?? []
  return issuer === undefined || subject === undefined ? null : { issuer, subject }
}

/** A person as an operator may call them: by the node's id, as `issuer#subject` or by an ORCID iD; null when it is none of these. */
export function parsePerson(text: string): PersonReference | null {
  if (/^[0-9a-f-]{36}$/.test(text)) return { userId: text }
  return orcidPattern.test(text) ? { issuer: 'https://orcid.org', subject: text } : parseIdentity(text)
}

/** An ORCID iD, as it is the subject of who signed in with ORCID. */
export const orcidPattern = /^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/

export const personForms = '<id|issuer#subject|ORCID iD>'
export const personUsage = `Say who as ${personForms}, as in https://orcid.org#0000-0002-1825-0097.`

export const nobodyCalled = (person: string): CommandProblem => ({
  problem: `Nobody called ${person} has signed in here.`,
  hint: 'osa-server users list --search <text> finds people by a part of their name or ORCID iD.',
})

/** A whole number from 1 to `most` as an option says it, `preset` without the option; null when it is something else. */
export function parseLimit(
  text: string | undefined,
  { preset, most }: { preset: number; most: number },
): number | null {
  if (text === undefined) return preset
  return /^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= most ? Number(text) : null
}

/** Documents as `--json` prints them. */
export const jsonLines = (documents: readonly object[]): string =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join('')
