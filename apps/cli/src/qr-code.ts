/** Draws a QR code in the terminal, for signing in on a phone. Loads the encoder only then. */
import type { CommandContext } from './command.ts'

const [minimumColumns, minimumRows] = [45, 28]
/** The lines above and below the code that should be visible together with it. */
const rowsBeside = 11

/**
 * Whether to draw a QR code. By default only if no browser opens and the terminal is large enough. It also needs UTF-8, and colours to be
 * black on white. `--qr` draws it even if a browser opens, and on a small terminal.
 */
function wantsQrCode({ io, flags }: CommandContext, hasBrowser: boolean): boolean {
  if (flags.isSet('no-qr') || !io.hasOnlooker || !io.look.isUnicode || !io.look.hasColour) return false
  if (flags.isSet('qr')) return true
  return !hasBrowser && io.columns >= minimumColumns && io.rows >= minimumRows
}

/** Returns a QR code for `text` as lines of half blocks, with a border of two modules. Ink stands for the dark modules. */
export async function qrCodeLines(text: string): Promise<string[]> {
  const { renderUnicodeCompact } = await import('uqr')
  // uqr draws the light modules, for light ink on a dark screen; here the ink is black.
  return renderUnicodeCompact(text, { border: 2, invert: true }).split('\n')
}

/** Draws a QR code if it is wanted and fits. `isOnlyHere`: a phone cannot open the page, so none is drawn. */
export async function showQrCode(
  context: CommandContext,
  { url, hasBrowser, isOnlyHere }: { url: string; hasBrowser: boolean; isOnlyHere: boolean },
): Promise<void> {
  const { io, flags } = context
  const leaveOut = (why: string): void => {
    if (flags.isSet('qr')) io.needed.say(`No QR code: ${why}`)
  }
  if (isOnlyHere) return leaveOut('only this computer can open that page')
  if (!wantsQrCode(context, hasBrowser)) return leaveOut('it needs a terminal with UTF-8 and colours')
  const lines = await qrCodeLines(url)
  const [{ length: width } = '', height] = [lines[0], lines.length + rowsBeside]
  if (width > io.columns) return leaveOut(`it needs ${width} columns`)
  if (height > io.rows && !flags.isSet('qr')) return
  io.needed.say('Or scan:')
  io.needed.drawing(lines)
}
