/** Marks and colours of the output, in Unicode or, for terminals without it, in ASCII. */
import type { Environment } from '@osa/sdk/node'

export interface Look {
  isUnicode: boolean
  hasColour: boolean
  /** Whether an address may be written as a link that can be clicked (OSC 8). */
  hasLinks: boolean
}

/** Reads the locale in the C library's order. No locale counts as UTF-8, because containers usually set none and use UTF-8. */
function isUtf8(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  return !locale || /utf-?8/i.test(locale)
}

const isLegacyConsole = (env: Environment, platform: string): boolean =>
  platform === 'win32' && !env.WT_SESSION && !env.TERM_PROGRAM && !env.TERM

/**
 * Whether the terminal is known to support links (OSC 8); others might print the escape sequence. tmux and screen drop links by default.
 * FORCE_HYPERLINK overrides the guess, as in other programs.
 */
function supportsLinks(env: Environment): boolean {
  const { FORCE_HYPERLINK: forced, TERM = '', TERM_PROGRAM = '', VTE_VERSION, WT_SESSION } = env
  if (forced) return forced !== '0'
  if (env.TMUX || env.STY || /^(tmux|screen)/.test(TERM)) return false
  return (
    Number(VTE_VERSION) >= 5002 ||
    Boolean(WT_SESSION) ||
    /^(iTerm\.app|WezTerm|vscode|ghostty|Hyper|Tabby|rio)$/.test(TERM_PROGRAM) ||
    /kitty|alacritty|foot|ghostty/.test(TERM)
  )
}

export function lookOf(options: { env: Environment; platform: string; isTty: boolean; noColour: boolean }): Look {
  const { env, platform, isTty, noColour } = options
  const isForced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== '0'
  const hasColour = !noColour && !env.NO_COLOR && env.TERM !== 'dumb' && (isTty || isForced)
  return {
    isUnicode: isUtf8(env) && !isLegacyConsole(env, platform),
    hasColour,
    hasLinks: hasColour && isTty && supportsLinks(env),
  }
}

export type Mark = 'ok' | 'fail' | 'hint' | 'warning'

const unicodeMarks: Readonly<Record<Mark, string>> = { ok: '✓', fail: '✗', hint: '→', warning: '⚠' }
const asciiMarks: Readonly<Record<Mark, string>> = { ok: '+', fail: 'x', hint: '->', warning: '!' }
const colours: Readonly<Record<Mark, number>> = { ok: 32, fail: 31, hint: 36, warning: 33 }

export function mark(kind: Mark, look: Look): string {
  const sign = (look.isUnicode ? unicodeMarks : asciiMarks)[kind]
  return look.hasColour ? `\u001b[${colours[kind]}m${sign}\u001b[39m` : sign
}

/** Bold text: the part of a line that the reader needs. */
export const emphasised = (text: string, look: Look): string => (look.hasColour ? `\u001b[1m${text}\u001b[22m` : text)

/** An address to open, always printed in full; also a link, if the terminal supports links. */
export function address(url: string, look: Look): string {
  const shown = look.hasColour ? `\u001b[1;36m${url}\u001b[22;39m` : url
  return look.hasLinks ? `\u001b]8;;${url}\u001b\\${shown}\u001b]8;;\u001b\\` : shown
}

const plain: Readonly<Record<string, string>> = {
  '–': '-',
  '…': '...',
  '→': '->',
  '·': '-',
  '“': '"',
  '”': '"',
  '’': "'",
}

/** Replaces our own typographic characters by ASCII if the terminal needs that. People's names keep their letters. */
export const fitToLook = (text: string, look: Look): string =>
  look.isUnicode ? text : text.replace(/[–…→·“”’]/g, (sign) => plain[sign] ?? sign)

export const spinnerFrames = (look: Look): readonly string[] =>
  look.isUnicode ? ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] : ['|', '/', '-', '\\']
