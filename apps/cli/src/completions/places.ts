/** Where each shell looks for completions of a person's own, and what it must be told to find them there. */
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import type { Environment } from '@osa/sdk/node'

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** A line that the file of commands which a shell starts with must hold. */
export interface StartUpLine {
  readonly file: string
  readonly line: string
  /** What the line speaks of: a file that names it needs no other. */
  readonly about: string
  /** zsh looks for completions once, so the line has to stand before that; elsewhere it goes to the end. */
  readonly isFirst: boolean
}

export interface Place {
  readonly file: string
  /** Null where the shell finds the file by itself. */
  readonly startUp: StartUpLine | null
}

export interface Surroundings {
  readonly env: Environment
  readonly platform: string
  readonly home: string
  readonly exists: (path: string) => boolean
}

/** Where the package bash-completion is, which loads completions from people's folders: Linux, Homebrew. */
const bashCompletion = [
  '/usr/share',
  '/usr/local/share',
  '/opt/homebrew/share',
  '/home/linuxbrew/.linuxbrew/share',
].map((share) => `${share}/bash-completion/bash_completion`)

/** A folder of the XDG base directory specification, which says to pass over relative ones. */
function baseFolder(named: string | undefined, usual: string): string {
  return named && isAbsolute(named) ? named : usual
}

const shellQuoted = (text: string): string => (/^[\w/.+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

function inBash({ env, home, exists }: Surroundings, data: string): Place {
  const [named = ''] = (env.BASH_COMPLETION_USER_DIR ?? '').split(delimiter)
  const file = join(baseFolder(named, join(data, 'bash-completion')), 'completions', 'osa')
  if (bashCompletion.some(exists)) return { file, startUp: null }
  return { file, startUp: { file: join(home, '.bashrc'), line: `. ${shellQuoted(file)}`, about: file, isFirst: false } }
}

function inZsh({ env, home }: Surroundings, data: string): Place {
  const file = join(data, 'zsh', 'site-functions', '_osa')
  const folder = dirname(file)
  // Only some people export it; where they do, it says what zsh knows already.
  if (env.FPATH?.split(':').includes(folder)) return { file, startUp: null }
  const line = `fpath=(${shellQuoted(folder)} $fpath)`
  const rc = join(baseFolder(env.ZDOTDIR, home), '.zshrc')
  return { file, startUp: { file: rc, line, about: folder, isFirst: true } }
}

function inPowershell({ platform, home }: Surroundings, config: string): Place {
  const folder = platform === 'win32' ? join(home, 'Documents', 'PowerShell') : join(config, 'powershell')
  const file = join(folder, 'osa.ps1')
  const line = `. '${file.replace(/['‘’‚‛]/g, '$&$&')}'`
  return { file, startUp: { file: join(folder, 'profile.ps1'), line, about: file, isFirst: false } }
}

/** Where the completions for a shell belong: folders of the person who runs it, as the shell and XDG name them. */
export function placeFor(shell: Shell, around: Surroundings): Place {
  const { env, home } = around
  const data = baseFolder(env.XDG_DATA_HOME, join(home, '.local', 'share'))
  const config = baseFolder(env.XDG_CONFIG_HOME, join(home, '.config'))
  if (shell === 'bash') return inBash(around, data)
  if (shell === 'zsh') return inZsh(around, data)
  if (shell === 'powershell') return inPowershell(around, config)
  return { file: join(config, 'fish', 'completions', 'osa.fish'), startUp: null }
}
