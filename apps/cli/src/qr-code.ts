/** A QR code in the terminal, for signing in on a phone. The encoder is loaded when one is drawn. */
import type { CommandContext } from './command.ts'

const [minimumColumns, minimumRows] = [45, 28]
/** Lines above and below the code that should be on the screen together with it. */
const rowsBeside = 11

/**
 * Whether to draw one. By default only where no browser opens, and on a terminal that is large enough and has UTF-8 and colours: without
 * colours nobody can tell which of the two is black. `--qr` draws it beside a browser and on a small terminal too.
 */
function wantsQrCode({ io, flags }: CommandContext, hasBrowser: boolean): boolean {
  if (flags.isSet('no-qr') || !io.hasOnlooker || !io.look.isUnicode || !io.look.hasColour) return false
  if (flags.isSet('qr')) return true
  return !hasBrowser && io.columns >= minimumColumns && io.rows >= minimumRows
}

/** The lines of `text` as a QR code in half blocks, with a border of two; ink stands for the dark modules. */
export async function qrCodeLines(text: string): Promise<string[]> {
  const { renderUnicodeCompact } = await import('uqr')
  // uqr draws the light modules, for light ink on a dark screen; here the ink is black.
  return renderUnicodeCompact(text, { border: 2, invert: true }).split('\n')
}

/** Draws it if it is wanted and fits. `isOnlyHere`: no phone can open the page, so there is nothing to scan. */
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
