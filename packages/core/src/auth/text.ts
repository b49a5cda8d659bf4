/** Text from outside on its way into a row. */
import { cleanText } from '@osa/contract'

/** Cleaned, trimmed and cut to `maxLength` characters; null when nothing is left. Still to be escaped where it is shown. */
export const storedText = (text: string | null | undefined, maxLength: number): string | null =>
  cleanText((text ?? '').trim(), maxLength).trim() || null
