/** `osa completions install`: puts the completions for a shell where it looks for them, and nothing else into anybody's files. */
import { existsSync } from 'node:fs'
import { mkdir, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute } from 'node:path'
import { prepareReplacement } from '@osa/sdk/internal'
import { isOsaError, OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { readOrNull } from '../read-or-null.ts'
import { placeFor, type Shell, type StartUpLine, shells } from './places.ts'

/** The line that every script of ours has near its top; a file without it is somebody else's. */
const isOurs = (text: string): boolean => /^# osa completions for \w+, made by: osa completions \w+$/m.test(text)

/** Windows PowerShell takes a file without one for the system's code page, where bytes of UTF-8 can be quotation marks. */
const byteOrderMark = '\ufeff'

/** Replaces a file in one step, keeping its mode; one that is a link keeps being one. */
async function replace(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const target = existsSync(path) ? await realpath(path) : path
  const mode = existsSync(target) ? (await stat(target)).mode & 0o777 : 0o644
  const replacement = await prepareReplacement(target, { bytes: Buffer.byteLength(text), mode })
  await replacement.commit(text)
}

/** The script's place; false where it is there already, just so. Throws `store_unwritable` for a file of somebody else's. */
async function put(file: string, script: string): Promise<boolean> {
  const present = await readOrNull(file)
  if (present === script) return false
  if (present !== null && !isOurs(present)) {
    throw new OsaError('store_unwritable', `${file} is there already, and osa did not write it`, {
      path: file,
      hint: 'Move it away and try again',
    })
  }
  await replace(file, script)
  return true
}

/** Whether a file of start-up commands speaks of a path, written in full or from the home folder. */
function speaksOf(text: string, { about }: StartUpLine, home: string): boolean {
  const spellings = [about, ...['~', '$HOME', `\${HOME}`].map((start) => about.replace(home, start))]
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .some((line) => spellings.some((spelling) => line.includes(spelling)))
}

async function addLine({ file, line, isFirst }: StartUpLine): Promise<void> {
  const present = (await readOrNull(file)) ?? ''
  const added = `# completions of osa\n${line}\n`
  const end = present === '' || present.endsWith('\n') ? '' : '\n'
  await replace(file, isFirst ? `${added}${present}` : `${present}${end}${added}`)
}

/** What is still missing at the start of the shell: nothing, or a line, which is added only where that was asked for. */
async function settleStartUp(
  { io, flags }: CommandContext,
  startUp: StartUpLine,
  options: { shell: Shell; home: string },
): Promise<'there' | 'added' | 'missing'> {
  if (speaksOf((await readOrNull(startUp.file)) ?? '', startUp, options.home)) return 'there'
  if (flags.isSet('rc')) {
    await addLine(startUp)
    io.ok(`Added to ${startUp.file}: ${startUp.line}`)
    return 'added'
  }
  io.hint(`Add this line to ${startUp.file}${startUp.isFirst ? ', before compinit' : ''}: ${startUp.line}`)
  io.say(`Or let osa do that: osa completions install ${options.shell} --rc`)
  return 'missing'
}

function shellOf({ flags, env }: CommandContext): Shell {
  const typed = flags.argument('shell')
  const named = shells.find((one) => one === (typed ?? basename(env.SHELL ?? '')))
  if (named) return named
  if (typed === null && process.platform === 'win32') return 'powershell'
  const what = typed === null ? 'Nobody says which shell you use (SHELL)' : `osa has no completions for "${typed}"`
  throw new OsaError('usage', what, { hint: `Name one of: ${shells.join(', ')}` })
}

function homeOf({ env }: CommandContext): string {
  const home = env.HOME || env.USERPROFILE || homedir()
  if (isAbsolute(home)) return home
  throw new OsaError('store_unwritable', 'There is no home folder (HOME is not an absolute path)', { hint: 'Set HOME' })
}

/** A file system's no, with the file it is about. */
function explained(error: unknown, file: string): unknown {
  const cause = isOsaError(error) && error.cause ? error.cause : error
  const { code, path = file } = cause as NodeJS.ErrnoException
  if (isOsaError(cause) || typeof code !== 'string') return error
  return new OsaError('store_unwritable', `Can't use ${path} (${code})`, { path, hint: 'Check the folder', cause })
}

/** Writes what `scriptFor` makes for the shell that was named, or that SHELL names. */
export async function installCompletions(context: CommandContext, scriptFor: (shell: Shell) => string): Promise<void> {
  const { io, env } = context
  const shell = shellOf(context)
  const home = homeOf(context)
  const { file, startUp } = placeFor(shell, { env, home, platform: process.platform, exists: existsSync })
  try {
    const script = `${shell === 'powershell' ? byteOrderMark : ''}${scriptFor(shell)}\n`
    const changed = await put(file, script)
    io.ok(changed ? `Wrote ${file}` : `${file} is up to date`)
    const state = startUp && (await settleStartUp(context, startUp, { shell, home }))
    if (state !== 'missing')
      io.hint(`Open a new ${shell === 'powershell' ? 'PowerShell' : shell}, and press Tab after: osa `)
    const line = startUp ? { start_up: { file: startUp.file, line: startUp.line, state } } : {}
    if (io.isJson) io.json({ v: 1, ok: true, shell, path: file, changed, ...line })
  } catch (error) {
    throw explained(error, file)
  }
}
