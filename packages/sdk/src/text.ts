/** Makes strings from outside fit to be shown in a terminal (terminal escape injection, bidi tricks). */

// C0 and C1 controls, DEL, line and paragraph separators, zero-width and bidi controls, BOM, and lone surrogates.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu

/** `text` without anything that could move the cursor or reorder what a person reads, at most `maxCharacters` long. */
export const cleanText = (text: string, maxCharacters = 200): string => {
  const clean = [...text.slice(0, maxCharacters * 4).replace(unsafe, '')]
  return clean.length > maxCharacters ? `${clean.slice(0, maxCharacters - 1).join('')}…` : clean.join('')
}
