/** How things look: marks and colours, in Unicode where the terminal can and in ASCII where it cannot. */
import type { Environment } from '@osa/sdk/node'

export interface Look {
  isUnicode: boolean
  hasColour: boolean
}

/** The locale as the C library picks it; an unset one counts as UTF-8, since containers leave it unset and mean that. */
function isUtf8(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  return !locale || /utf-?8/i.test(locale)
}

const isLegacyConsole = (env: Environment, platform: string): boolean =>
  platform === 'win32' && !env.WT_SESSION && !env.TERM_PROGRAM && !env.TERM

export function lookOf(options: { env: Environment; platform: string; isTty: boolean; noColour: boolean }): Look {
  const { env, platform, isTty, noColour } = options
  const isForced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== '0'
  return {
    isUnicode: isUtf8(env) && !isLegacyConsole(env, platform),
    hasColour: !noColour && !env.NO_COLOR && env.TERM !== 'dumb' && (isTty || isForced),
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

const plain: Readonly<Record<string, string>> = {
  '–': '-',
  '…': '...',
  '→': '->',
  '·': '-',
  '“': '"',
  '”': '"',
  '’': "'",
}

/** Our own typography in ASCII, where the terminal has nothing else; names of people keep their letters. */
export const fitToLook = (text: string, look: Look): string =>
  look.isUnicode ? text : text.replace(/[–…→·“”’]/g, (sign) => plain[sign] ?? sign)

export const spinnerFrames = (look: Look): readonly string[] =>
  look.isUnicode ? ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] : ['|', '/', '-', '\\']
