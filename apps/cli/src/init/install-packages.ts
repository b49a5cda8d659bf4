/** Runs `npm install` in a new project, if npm is there and its registry has the SDK of this version. */
import { isOsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { runTool, type ToolRun } from '../deploy/container-tool.ts'
import { elapsedText } from '../time-text.ts'
import { version } from '../version.ts'

/** The result. `reason`: why nothing is installed. */
export type Installation = { installed: true } | { installed: false; reason: string }

const notInstalled = (reason: string): Installation => ({ installed: false, reason })

/** Enough time for a slow registry. npm's defaults would wait for minutes, which the types are not worth. */
const lookUp = ['--fetch-retries=0', '--fetch-timeout=10000']
const quietly = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']

/** On Windows npm is a script that only cmd.exe can start. */
const command = (args: readonly string[]): [string, readonly string[]] =>
  process.platform === 'win32' ? ['cmd.exe', ['/d', '/s', '/c', 'npm', ...args]] : ['npm', args]

/** Returns npm's code for a failure, such as `E404`, or how the process ended. */
function failureOf({ hasStarted, ending, lastLines }: ToolRun): string {
  const [code] = lastLines.flatMap((line) => /^npm error code (\w+)/.exec(line)?.[1] ?? [])
  return hasStarted && code ? code : ending
}

async function npm({ env, signal }: CommandContext, folder: string, args: readonly string[]): Promise<ToolRun> {
  return await runTool(...command(args), { env, signal, cwd: folder })
}

/** Returns why installing cannot work; null if it can. */
async function obstacle(context: CommandContext, folder: string): Promise<string | null> {
  const sdk = `@osa/sdk@${version}`
  const found = await npm(context, folder, ['view', sdk, 'version', ...lookUp])
  if (!found.hasStarted) return `npm ${found.ending}`
  if (found.code !== 0) return `npm can't find ${sdk} (${failureOf(found)})`
  return found.stdout.trim() === '' ? `npm can't find ${sdk}` : null
}

async function install(context: CommandContext, folder: string): Promise<Installation> {
  const { io } = context
  const startedAt = performance.now()
  const elapsed = (): string => elapsedText(performance.now() - startedAt)
  const spinner = io.isLive ? io.spin(() => `npm install  ${elapsed()}`) : null
  try {
    const why = await obstacle(context, folder)
    if (why !== null) return notInstalled(why)
    const run = await npm(context, folder, ['install', ...quietly])
    if (run.code !== 0) return notInstalled(`npm install failed (${failureOf(run)})`)
    spinner?.stop()
    io.ok(`npm install  ${elapsed()}`)
    return { installed: true }
  } finally {
    spinner?.stop()
  }
}

/** Installs the project's packages. If that fails, returns why: the project is complete without them. */
export async function installPackages(context: CommandContext, folder: string): Promise<Installation> {
  if (context.flags.isSet('no-install')) return notInstalled('--no-install')
  try {
    return await install(context, folder)
  } catch (error) {
    if (!isOsaError(error, 'aborted')) throw error
    return notInstalled('cancelled')
  }
}
