/** Prepares untrusted text for a row. */
import { cleanText } from '@osa/contract'

/** Returns the text cleaned, trimmed and cut to `maxLength` characters; null if nothing is left. It must still be escaped when it is shown. */
export const storedText = (text: string | null | undefined, maxLength: number): string | null =>
  cleanText((text ?? '').trim(), maxLength).trim() || null
