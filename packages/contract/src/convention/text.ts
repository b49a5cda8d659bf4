/** Text and numbers in conventions. Text is not trimmed, is limited in length, and has no characters that are unsafe in a page or terminal. */
import { z } from 'zod'

// C0 and C1 controls except tab and line feed, direction marks and overrides, which can disguise text, and invisible characters. The joiners
// U+200C and U+200D are allowed: some scripts and emoji need them.
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

/** Readable text of 1 to `maxLength` UTF-16 units. `what` names it in messages. */
export const readableText = (what: string, maxLength: number) =>
  z
    .string({ error: `write ${what} as text` })
    .max(maxLength, { error: `shorten ${what} to ${maxLength} characters` })
    .refine((text) => text.trim() !== '', { error: `write ${what}` })
    .refine((text) => !unprintable.test(text), { error: `remove invisible control characters from ${what}` })
    .refine((text) => text.isWellFormed(), { error: `${what} is not valid Unicode text` })

/** Like `readableText`, but without line feeds and tabs. */
export const oneLine = (what: string, maxLength: number) =>
  readableText(what, maxLength).refine((text) => !/[\n\t]/.test(text), { error: `write ${what} on one line` })

/** A whole number from `min` to `max`. `what` names it in messages. */
export const wholeNumber = (what: string, min: number, max: number) =>
  z
    .number({ error: `write ${what} as a number` })
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, {
      error: `${what} must be a whole number from ${min} to ${max}`,
    })
