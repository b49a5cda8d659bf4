/** What a command is: a record that says how it is called, and a function that does it. */
import type { Clock, CredentialStore, Environment, Http, Session } from '@osa/sdk/node'
import type { Io } from './io.ts'

export interface OptionMetadata {
  /** As typed, without dashes: `no-browser`. */
  name: string
  /** Present when the option takes a value: what to call it in help. */
  argument?: string
  alias?: string
  help: string
}

export interface CommandMetadata {
  name: string
  /** Positional arguments in cac's spelling, `[server]`. */
  positionals: string
  summary: string
  options: readonly OptionMetadata[]
  /** At least one, as typed after `osa`. */
  examples: readonly [string, ...string[]]
}

/** The command line, parsed. Values are the strings that were typed: nothing turns 007 into 7. */
export interface Flags {
  /** The positional argument, if the command takes one. */
  positional: string | null
  value(name: string): string | null
  isSet(name: string): boolean
  /** Whether the command has this option at all. */
  knows(name: string): boolean
}

export interface CommandContext {
  io: Io
  env: Environment
  cwd: string
  flags: Flags
  clock: Clock
  /** Fires on Ctrl-C and SIGTERM. */
  signal: AbortSignal
  isCi: boolean
  allowHttp: boolean
  http: Http
  /** Opened at first use: a run with OSA_TOKEN never looks at saved logins. */
  store(): CredentialStore
  session(): Session
  /** Runs work that a first Ctrl-C must not cut off. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T>
}

export interface Command {
  metadata: CommandMetadata
  run(context: CommandContext): Promise<void>
}
