/** Where each shell looks for a person's completions, and the line it needs in its start-up file to find them. */
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import type { Environment } from '@osa/sdk/node'
import type { Shell } from '../shells.ts'

/** A line that the start-up file of a shell needs. */
export interface StartUpLine {
  readonly file: string
  readonly line: string
  /** The path that the line names: a start-up file that mentions it already does not need the line. */
  readonly path: string
  /** Whether the line goes first: zsh looks for completions only once, and the line must come before that. */
  readonly isFirst: boolean
}

export interface Place {
  readonly file: string
  /** Null if the shell finds the file without one. */
  readonly startUp: StartUpLine | null
}

export interface Surroundings {
  readonly env: Environment
  readonly platform: string
  readonly home: string
  readonly exists: (path: string) => boolean
}

/** The places of the package bash-completion, which loads completions from home folders, on Linux and with Homebrew. */
const bashCompletion = [
  '/usr/share',
  '/usr/local/share',
  '/opt/homebrew/share',
  '/home/linuxbrew/.linuxbrew/share',
].map((share) => `${share}/bash-completion/bash_completion`)

/** Returns a base folder. The XDG base directory specification says that relative paths are ignored. */
function baseFolder(named: string | undefined, usual: string): string {
  return named && isAbsolute(named) ? named : usual
}

const shellQuoted = (text: string): string => (/^[\w/.+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

function inBash({ env, home, exists }: Surroundings, data: string): Place {
  const [named = ''] = (env.BASH_COMPLETION_USER_DIR ?? '').split(delimiter)
  const file = join(baseFolder(named, join(data, 'bash-completion')), 'completions', 'osa')
  if (bashCompletion.some(exists)) return { file, startUp: null }
  return { file, startUp: { file: join(home, '.bashrc'), line: `. ${shellQuoted(file)}`, path: file, isFirst: false } }
}

function inZsh({ env, home }: Surroundings, data: string): Place {
  const file = join(data, 'zsh', 'site-functions', '_osa')
  const folder = dirname(file)
  // If FPATH is exported, it has the folders that zsh already searches.
  if (env.FPATH?.split(':').includes(folder)) return { file, startUp: null }
  const line = `fpath=(${shellQuoted(folder)} $fpath)`
  const rc = join(baseFolder(env.ZDOTDIR, home), '.zshrc')
  return { file, startUp: { file: rc, line, path: folder, isFirst: true } }
}

function inPowershell({ platform, home }: Surroundings, config: string): Place {
  const folder = platform === 'win32' ? join(home, 'Documents', 'PowerShell') : join(config, 'powershell')
  const file = join(folder, 'osa.ps1')
  const line = `. '${file.replace(/['‘’‚‛]/g, '$&$&')}'`
  return { file, startUp: { file: join(folder, 'profile.ps1'), line, path: file, isFirst: false } }
}

/** Returns where the completions for a shell belong: folders in the person's home, by the rules of the shell and XDG. */
export function placeFor(shell: Shell, around: Surroundings): Place {
  const { env, home } = around
  const data = baseFolder(env.XDG_DATA_HOME, join(home, '.local', 'share'))
  const config = baseFolder(env.XDG_CONFIG_HOME, join(home, '.config'))
  if (shell === 'bash') return inBash(around, data)
  if (shell === 'zsh') return inZsh(around, data)
  if (shell === 'powershell') return inPowershell(around, config)
  return { file: join(config, 'fish', 'completions', 'osa.fish'), startUp: null }
}
