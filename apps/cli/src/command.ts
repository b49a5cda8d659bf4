/** The types of a command: a record that describes it, and a function that runs it and is loaded on use. */
import type { Network } from '@osa/sdk/internal'
import type { Clock, CredentialStore, Environment, ErrorCode, KeychainBackend } from '@osa/sdk/node'
import type { Io } from './io.ts'

export interface OptionMetadata {
  /** As typed, without dashes: `no-browser`. */
  name: string
  /** The name of the option's value in the help; absent if the option takes no value. */
  argument?: string
  alias?: string
  help: string
  /** The allowed values, if they are few. Shells complete them. */
  choices?: readonly string[]
  /** Works for old scripts, but is not in the help. */
  hidden?: true
}

export interface CommandMetadata {
  name: string
  /** The positional arguments, if there are any: `[archive]` is optional, `<shell>` is required. */
  positionals?: string
  /** The allowed values of the first positional argument, if they are few. */
  positionalChoices?: readonly string[]
  /** Values of the first positional argument with a special meaning, if others are allowed too. Shells complete them. */
  positionalWords?: readonly string[]
  /** The allowed values of the second positional argument, by the first, if they are few. Shells complete them. */
  secondChoices?: Readonly<Record<string, readonly string[]>>
  summary: string
  options: readonly OptionMetadata[]
  /** The environment variables that affect the command. */
  environment?: readonly (readonly [name: string, help: string])[]
  /** At least one, as typed after `osa`. */
  examples: readonly [string, ...string[]]
}

/** The parsed command line. Values are strings exactly as typed: 007 does not become 7. */
export interface Flags {
  /** The positional argument with this name in the command's `positionals`; null if it was not typed. */
  argument(name: string): string | null
  value(name: string): string | null
  isSet(name: string): boolean
}

export interface CommandContext {
  io: Io
  env: Environment
  /** Throws `usage` if the folder that `osa` was started in no longer exists. */
  readonly cwd: string
  flags: Flags
  clock: Clock
  /** Fires on Ctrl-C, SIGTERM and SIGHUP. */
  signal: AbortSignal
  isCi: boolean
  allowHttp: boolean
  /** Makes typed clients that use this run's proxies, certificates, deadline and debug log. */
  network: Network
  /** The last `Date` header of each server, by origin. */
  serverDates: ReadonlyMap<string, string>
  /** Opened at first use: a run with OSA_TOKEN never reads the saved logins. */
  store(): CredentialStore
  /** Used only to save, read or remove a login that is stored there. */
  keychain: KeychainBackend
  /** Runs work that a first Ctrl-C must not interrupt. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T>
  /** Replaces the message for Ctrl-C, "Cancelled – nothing was changed", from now on: the command has changed something. */
  setCancelMessage(message: string): void
  /** Makes the run end with the exit code of an error although the command succeeds: `osa status` and `osa doctor` report problems so. */
  endAs(code: ErrorCode): void
}

export type RunCommand = (context: CommandContext) => Promise<void>

export interface Command {
  metadata: CommandMetadata
  /** Imports the code from a separate file of the bundle, so that `osa whoami` does not load the code of `osa login`. */
  load(): Promise<RunCommand>
}
