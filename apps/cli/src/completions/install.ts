/** `osa completions install`: writes the completions for a shell to where it looks for them. Changes start-up files only with `--rc`. */
import { existsSync } from 'node:fs'
import { mkdir, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute } from 'node:path'
import { prepareReplacement } from '@osa/sdk/internal'
import { isOsaError, OsaError } from '@osa/sdk/node'

import type { CommandContext } from '../command.ts'
import { readOrNull } from '../read-or-null.ts'
import { type Shell, shells } from '../shells.ts'
import { placeFor, type StartUpLine } from './places.ts'

/** Whether a file has the line near the top of each of our scripts. Without that line, osa did not write the file. */
const isOurs = (text: string): boolean => /^# osa completions for \w+, made by: osa completions \w+$/m.test(text)

/** Without a byte order mark, Windows PowerShell reads the file in the system's code page, where UTF-8 bytes can be quotation marks. */
const byteOrderMark = '\ufeff'

/** Replaces a file atomically and keeps its mode. Follows a symbolic link and replaces its target. */
async function replace(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const target = existsSync(path) ? await realpath(path) : path
  const mode = existsSync(target) ? (await stat(target)).mode & 0o777 : 0o644
  const replacement = await prepareReplacement(target, { bytes: Buffer.byteLength(text), mode })
  await replacement.commit(text)
}

/** Writes the script unless it is already up to date. Returns whether anything changed. Throws `store_unwritable` for a file that osa did not write. */
async function writeScript(file: string, script: string): Promise<boolean> {
  const present = await readOrNull(file)
  if (present === script) return false
  if (present !== null && !isOurs(present)) {
    throw new OsaError('store_unwritable', `${file} already exists, and osa did not write it`, {
      path: file,
      hint: 'Move it away and try again',
    })
  }
  await replace(file, script)
  return true
}

/** Whether a start-up file mentions the path of the line, in full or relative to the home folder. */
function mentions(text: string, { path }: StartUpLine, home: string): boolean {
  const spellings = [path, ...['~', '$HOME', `\${HOME}`].map((start) => path.replace(home, start))]
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

/** Makes sure that the start-up file has the line: adds it with `--rc`, otherwise prints it. */
async function settleStartUp(
  { io, flags }: CommandContext,
  startUp: StartUpLine,
  options: { shell: Shell; home: string },
): Promise<'there' | 'added' | 'missing'> {
  if (mentions((await readOrNull(startUp.file)) ?? '', startUp, options.home)) return 'there'
  if (flags.isSet('rc')) {
    await addLine(startUp)
    io.ok(`Added to ${startUp.file}: ${startUp.line}`)
    return 'added'
  }
  io.hint(`Add this line to ${startUp.file}${startUp.isFirst ? ', before compinit' : ''}: ${startUp.line}`)
  io.say(`Or let osa add it: osa completions install ${options.shell} --rc`)
  return 'missing'
}

function shellOf({ flags, env }: CommandContext): Shell {
  const typed = flags.argument('shell')
  const name = typed ?? basename(env.SHELL ?? '')
  const shell = shells.find((one) => one === name)
  if (shell) return shell
  if (typed === null && process.platform === 'win32') return 'powershell'
  const isUnknown = name === ''
  const what = isUnknown ? "Can't tell which shell you use: SHELL is not set" : `osa has no completions for "${name}"`
  throw new OsaError('usage', what, { hint: `Name one of: ${shells.join(', ')}` })
}

function homeOf({ env }: CommandContext): string {
  const home = env.HOME || env.USERPROFILE || homedir()
  if (isAbsolute(home)) return home
  throw new OsaError('store_unwritable', 'There is no home folder (HOME is not an absolute path)', { hint: 'Set HOME' })
}

/** Turns a file system error into one that names the file. */
function explained(error: unknown, file: string): unknown {
  const cause = isOsaError(error) && error.cause ? error.cause : error
  const { code, path = file } = cause as NodeJS.ErrnoException
  if (isOsaError(cause) || typeof code !== 'string') return error
  return new OsaError('store_unwritable', `Can't use ${path} (${code})`, { path, hint: 'Check the folder', cause })
}

/** Installs the script for the shell that the command line or SHELL names. */
export async function installCompletions(context: CommandContext, scriptFor: (shell: Shell) => string): Promise<void> {
  const { io, env } = context
  const shell = shellOf(context)
  const home = homeOf(context)
  const { file, startUp } = placeFor(shell, { env, home, platform: process.platform, exists: existsSync })
  try {
    const script = `${shell === 'powershell' ? byteOrderMark : ''}${scriptFor(shell)}\n`
    const changed = await writeScript(file, script)
    io.ok(changed ? `Wrote ${file}` : `${file} is up to date`)
    const state = startUp && (await settleStartUp(context, startUp, { shell, home }))
    if (state !== 'missing')
      io.hint(`Open a new ${shell === 'powershell' ? 'PowerShell' : shell} and press Tab after: osa `)
    const line = startUp ? { start_up: { file: startUp.file, line: startUp.line, state } } : {}
    if (io.isJson) io.json({ v: 1, ok: true, shell, path: file, changed, ...line })
  } catch (error) {
    throw explained(error, file)
  }
}
