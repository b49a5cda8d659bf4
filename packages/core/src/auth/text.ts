/** Text from outside that people will read: bounded and without characters that could act on a terminal or a page. */

// control characters, bidirectional controls (CVE-2021-42574), zero-width and line separators, lone surrogates
const unsafe = /[\p{Cc}\p{Cs}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu

/** Cleans and cuts to `maxLength` characters; null when nothing is left. Still to be escaped where it is shown. */
export const cleanText = (text: string | null | undefined, maxLength: number): string | null => {
  const clean = (text ?? '')
    .slice(0, maxLength * 4)
    .replace(unsafe, '')
    .trim()
  return clean === '' ? null : [...clean].slice(0, maxLength).join('')
}
