/** Puts a command's world together, runs it, and turns its end into an exit code. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type CredentialStore,
  createSession,
  defaultTimeoutMs,
  type Environment,
  OsaError,
  openCredentialStore,
  resolveConfigDir,
  systemClock,
} from '@osa/sdk/node'
import type { CommandContext, Flags } from './command.ts'
import { commands, parseCommandLine, unknownCommand } from './command-line.ts'
import { reportFailure, toOsaError } from './failure.ts'
import { createFlags, globalOptions, rawOption } from './flags.ts'
import { commandHelp, generalHelp } from './help.ts'
import { type Interruption, listenForInterruption } from './interruption.ts'
import { createIo, type Io } from './io.ts'
import { lookOf } from './marks.ts'
import { withProbableServer } from './misspelled-host.ts'
import { createCliHttp } from './network.ts'

const isCi = (env: Environment): boolean => Boolean(env.CI) && !['0', 'false'].includes(env.CI?.toLowerCase() ?? '')

const makeIo = (argv: readonly string[], env: Environment): Io => {
  const has = (flag: string): boolean => argv.includes(`--${flag}`)
  const noColour = has('no-color')
  const isInteractive = !has('non-interactive') && !isCi(env)
  return createIo({
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    look: lookOf({ env, platform: process.platform, isTty: process.stderr.isTTY === true, noColour }),
    isJson: has('json'),
    isInteractive,
    isLive: !isCi(env) && !env.NO_COLOR && env.TERM !== 'dumb',
  })
}

const timeoutOf = (flags: Flags): number => {
  const typed = flags.value('timeout')
  if (typed === null) return defaultTimeoutMs
  const seconds = Number(typed)
  if (/^\d+(\.\d+)?$/.test(typed) && seconds > 0 && seconds <= 3600) return seconds * 1000
  throw new OsaError('usage', `--timeout ${typed} is not a number of seconds`, { hint: 'Use a number from 1 to 3600' })
}

const folderOf = (flags: Flags): string => {
  const folder = resolve(flags.value('cwd') ?? process.cwd())
  if (existsSync(folder)) return folder
  throw new OsaError('usage', `There is no folder ${folder}`, { hint: 'Check --cwd' })
}

const makeContext = (io: Io, env: Environment, flags: Flags, interruption: Interruption): CommandContext => {
  const isTalkative = flags.isSet('verbose')
  const log = (line: string): void => {
    if (env.OSA_DEBUG === '1') io.debug(line)
  }
  const http = createCliHttp({ env, timeoutMs: timeoutOf(flags), log })
  let opened: CredentialStore | null = null
  const store = (): CredentialStore => {
    opened ??= openCredentialStore({ dir: resolveConfigDir(env).dir, clock: systemClock, warn: io.warn })
    return opened
  }
  const { uninterrupted, signal } = interruption
  const onRefreshed = (): void => {
    if (isTalkative) io.say('Session refreshed (access token had expired)')
  }
  return {
    io,
    env,
    flags,
    http,
    store,
    signal,
    uninterrupted,
    cwd: folderOf(flags),
    clock: systemClock,
    isCi: isCi(env),
    allowHttp: env.OSA_ALLOW_HTTP === '1' || hasFlag(flags, 'allow-http'),
    session: () => createSession({ store: store(), http, clock: systemClock, uninterrupted, onRefreshed }),
  }
}

/** For the switch that only some commands have. */
const hasFlag = (flags: Flags, name: string): boolean => flags.knows(name) && flags.isSet(name)

const execute = async (
  argv: readonly string[],
  io: Io,
  env: Environment,
  interruption: Interruption,
): Promise<void> => {
  const { command, args, options } = parseCommandLine(argv)
  if (!command) {
    const [typed] = args
    if (typed !== undefined && options.help !== true) throw unknownCommand(typed)
    io.page(generalHelp(commands))
    return
  }
  if (options.help === true) {
    io.page(commandHelp(command))
    return
  }
  const flags = createFlags(command.metadata, { argv, args, options })
  for (const { name, argument } of globalOptions) if (argument) rawOption(argv, name)
  const context = makeContext(io, env, flags, interruption)
  try {
    await command.run(context)
  } catch (error) {
    throw await withProbableServer(context, error)
  }
}

/** A reader that has seen enough (`osa whoami | head`) is no error. */
const endQuietlyOnClosedPipe = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

/** Runs one command line and sets the exit code. */
export const runProgram = async (argv: readonly string[]): Promise<void> => {
  const env = process.env
  const io = makeIo(argv, env)
  endQuietlyOnClosedPipe()
  const isEventStream = argv[0] === 'login'
  const cancelled = new OsaError('aborted', 'Cancelled – nothing was changed')
  const interruption = listenForInterruption(() => reportFailure(io, cancelled, { env, isEventStream }))
  try {
    await execute(argv, io, env, interruption)
    process.exitCode = interruption.exitCode() ?? 0
  } catch (error) {
    const failure = toOsaError(error)
    if (failure.code === 'aborted') io.blank()
    const code = reportFailure(io, failure.code === 'aborted' ? cancelled : failure, { env, isEventStream })
    process.exitCode = interruption.exitCode() ?? code
  } finally {
    interruption.stop()
  }
}
