/** Builds the context of a command, runs the command and returns its exit code. */
import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { type Network, openCredentialStore, resolveConfigDir, systemClock } from '@osa/sdk/internal'
import { type CredentialStore, type Environment, type ErrorCode, OsaError, openSystemKeychain } from '@osa/sdk/node'
import { commands } from './catalogue.ts'
import type { CommandContext, Flags } from './command.ts'
import { commandWord, parseCommandLine } from './command-line.ts'
import { exitCodes } from './exit-codes.ts'
import { reportFailure, toOsaError } from './failure.ts'
import { type Interruption, listenForInterruption } from './interruption.ts'
import { createIo, type Io } from './io.ts'
import { type Look, lookOf } from './marks.ts'
import { withProbableServer } from './misspelled-words.ts'
import type { CliNetworkOptions } from './network.ts'
import { beforeDashes } from './options.ts'

/** The parts of the process that a run uses. */
export interface Host {
  readonly env: Environment
  /** A getter in `process`: read only when needed, because opening standard input costs start-up time. */
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  cwd(): string
}

const isCi = (env: Environment): boolean => Boolean(env.CI) && !['0', 'false'].includes(env.CI?.toLowerCase() ?? '')

const isQuiet = (argv: readonly string[]): boolean => beforeDashes(argv).some((one) => ['--quiet', '-q'].includes(one))

function makeIo(argv: readonly string[], host: Host): Io {
  const { env, stdout, stderr } = host
  const has = (flag: string): boolean => beforeDashes(argv).includes(`--${flag}`)
  const noColour = has('no-color')
  const isInteractive = !has('non-interactive') && !isCi(env)
  const lookOn = ({ isTTY }: NodeJS.WriteStream): Look =>
    lookOf({ env, platform: process.platform, isTty: isTTY === true, noColour })
  return createIo({
    stdin: () => host.stdin,
    stdout,
    stderr,
    look: lookOn(stderr),
    resultLook: lookOn(stdout),
    isJson: has('json'),
    isQuiet: isQuiet(argv),
    isInteractive,
    isLive: !isCi(env) && !env.NO_COLOR && env.TERM !== 'dumb',
  })
}

function timeoutOf(flags: Flags): number | undefined {
  const typed = flags.value('timeout')
  if (typed === null) return undefined
  const seconds = Number(typed)
  if (/^\d+(\.\d+)?$/.test(typed) && seconds > 0 && seconds <= 3600) return seconds * 1000
  throw new OsaError('usage', `--timeout ${typed} is not a number of seconds`, { hint: 'Use a number from 1 to 3600' })
}

/**
 * Returns a getter for the folder to work in. The current folder may have been deleted; the getter throws `usage` then, so that commands
 * that need no folder still work.
 */
function folderOf(flags: Flags, host: Host): () => string {
  const typed = flags.value('cwd')
  if (typed === null) return () => currentFolder(host)
  const folder = existingFolder(isAbsolute(typed) ? typed : resolve(currentFolder(host), typed))
  return () => folder
}

function currentFolder(host: Host): string {
  try {
    return host.cwd()
  } catch {
    throw new OsaError('usage', 'The folder you are in no longer exists', {
      hint: 'Change to another folder, or use --cwd',
    })
  }
}

function existingFolder(folder: string): string {
  // The dot makes this false for a file.
  if (existsSync(`${folder}/.`)) return resolve(folder)
  throw new OsaError('usage', `There is no folder ${folder}`, { hint: 'Check --cwd' })
}

/** Opens the network when the first request is made: offline commands start faster without loading its code. */
function openLazily(options: CliNetworkOptions): Network {
  let opened: Promise<Network> | null = null
  const network = (): Promise<Network> => {
    opened ??= import('./network.ts').then(({ openCliNetwork }) => openCliNetwork(options))
    return opened
  }
  return {
    connect: async (...how) => (await network()).connect(...how),
    discover: async (...how) => (await network()).discover(...how),
  }
}

/** The state of a run before its command line is parsed. */
interface World {
  argv: readonly string[]
  host: Host
  io: Io
  interruption: Interruption
  setCancelMessage(message: string): void
  endAs(code: ErrorCode): void
}

function makeContext(world: World, flags: Flags): CommandContext {
  const { io, host, interruption, setCancelMessage, endAs } = world
  const { env } = host
  const log = (line: string): void => {
    if (env.OSA_DEBUG === '1') io.debug(line)
  }
  const serverDates = new Map<string, string>()
  const network = openLazily({ env, timeoutMs: timeoutOf(flags), log, serverDates })
  const { uninterrupted, signal } = interruption
  const keychain = openSystemKeychain({
    env,
    signal,
    isPatient: io.hasOnlooker && !io.isJson && !isCi(env),
    onWaiting: () => io.say('Waiting for your keychain to unlock…  (Ctrl-C to cancel)'),
  })
  const folder = folderOf(flags, host)
  let opened: CredentialStore | null = null
  const store = (): CredentialStore => {
    opened ??= openCredentialStore({
      dir: resolveConfigDir(env).dir,
      clock: systemClock,
      env,
      keychain,
      warn: io.warn,
    })
    return opened
  }
  return {
    io,
    env,
    flags,
    setCancelMessage,
    endAs,
    network,
    serverDates,
    store,
    keychain,
    signal,
    uninterrupted,
    get cwd() {
      return folder()
    },
    clock: systemClock,
    isCi: isCi(env),
    allowHttp: env.OSA_ALLOW_HTTP === '1' || flags.isSet('allow-http'),
  }
}

async function execute(world: World): Promise<void> {
  const { argv, io } = world
  const { command, flags } = parseCommandLine(argv)
  if (!command || flags.isSet('help')) {
    const { commandHelp, generalHelp, showHelp } = await import('./help.ts')
    showHelp(io, command ? commandHelp(command.metadata) : generalHelp(commands))
    return
  }
  const context = makeContext(world, flags)
  const run = await command.load()
  try {
    await run(context)
  } catch (error) {
    throw await withProbableServer(context, error)
  }
}

/** After a successful command, mentions a newer version if OSA_UPDATE_CHECK asks for that. An error here does not fail the command. */
async function mentionNewerVersion({ argv, host: { env }, io }: World): Promise<void> {
  if (!env.OSA_UPDATE_CHECK || !io.hasOnlooker || io.isJson || isQuiet(argv) || isCi(env)) return
  try {
    const { checkForNewerVersion } = await import('./newer-version.ts')
    checkForNewerVersion(io, { env, nowMs: systemClock.now() })
  } catch (error) {
    if (env.OSA_DEBUG === '1') io.debug(`could not check for a newer version: ${error}`)
  }
}

/** Runs one command line and returns the exit code. */
export async function runProgram(argv: readonly string[], host: Host): Promise<number> {
  const { env } = host
  const io = makeIo(argv, host)
  const isEventStream = commandWord(argv) === 'login'
  let cancelled = new OsaError('aborted', 'Cancelled – nothing was changed')
  const setCancelMessage = (message: string): void => {
    cancelled = new OsaError('aborted', message)
  }
  const interruption = listenForInterruption(() => reportFailure(io, cancelled, { env, isEventStream }))
  let exitCode = 0
  const endAs = (code: ErrorCode): void => {
    exitCode = exitCodes[code]
  }
  try {
    const world: World = { argv, host, io, interruption, setCancelMessage, endAs }
    await execute(world)
    await mentionNewerVersion(world)
    return interruption.exitCode() ?? exitCode
  } catch (error) {
    const failure = toOsaError(error)
    if (failure.code === 'aborted') io.needed.blank()
    const code = reportFailure(io, failure.code === 'aborted' ? cancelled : failure, { env, isEventStream })
    return interruption.exitCode() ?? code
  } finally {
    interruption.stop()
  }
}
