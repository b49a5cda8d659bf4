/** What a command is: a record that says how it is called, and a function that does it, loaded when it is called. */
import type { Network } from '@osa/sdk/internal'
import type { Clock, CredentialStore, Environment, ErrorCode, KeychainBackend } from '@osa/sdk/node'
import type { Io } from './io.ts'

export interface OptionMetadata {
  /** As typed, without dashes: `no-browser`. */
  name: string
  /** Present when the option takes a value: what to call it in help. */
  argument?: string
  alias?: string
  help: string
  /** The values it takes, where there are only a few: completed in shells. */
  choices?: readonly string[]
  /** Kept for old scripts, and named nowhere. */
  hidden?: true
}

export interface CommandMetadata {
  name: string
  /** The positional argument: `[archive]` may be left out, `<shell>` may not; empty where there is none. */
  positionals: string
  /** The values that the positional argument takes, where there are only a few. */
  positionalChoices?: readonly string[]
  /** Words that mean something of their own there, where any other may stand as well: completed in shells. */
  positionalWords?: readonly string[]
  summary: string
  options: readonly OptionMetadata[]
  /** Environment variables that matter here, and what they do. */
  environment?: readonly (readonly [name: string, help: string])[]
  /** At least one, as typed after `osa`. */
  examples: readonly [string, ...string[]]
}

/** The command line, parsed. Values are the strings that were typed: nothing turns 007 into 7. */
export interface Flags {
  /** The positional argument that the command's `positionals` name so; null when it was not typed. */
  argument(name: string): string | null
  value(name: string): string | null
  isSet(name: string): boolean
}

export interface CommandContext {
  io: Io
  env: Environment
  /** Throws `usage` where the folder that `osa` was started in is not there any more. */
  readonly cwd: string
  flags: Flags
  clock: Clock
  /** Fires on Ctrl-C and SIGTERM. */
  signal: AbortSignal
  isCi: boolean
  allowHttp: boolean
  /** The way to servers: typed clients, with the run's proxies, certificates, deadline and debug log. */
  network: Network
  /** The last `Date` header of a server, by its origin. */
  serverDates: ReadonlyMap<string, string>
  /** Opened at first use: a run with OSA_TOKEN never looks at saved logins. */
  store(): CredentialStore
  /** Asked only when a login is made, read or ended that is kept there. */
  keychain: KeychainBackend
  /** Runs work that a first Ctrl-C must not cut off. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T>
  /** Ends the run with an error's exit code though the command has done its work: for what `osa status` finds. */
  endAs(code: ErrorCode): void
}

export type RunCommand = (context: CommandContext) => Promise<void>

export interface Command {
  metadata: CommandMetadata
  /** A file of its own in the bundle, so that `osa whoami` does not read the code of `osa login`. */
  load(): Promise<RunCommand>
}
