/** Text as a procedure accepts it: what a database column can hold and a budget can bear. */
import { z } from 'zod'

/** A non-empty string of at most `maxLength` characters, without NUL and well-formed, because PostgreSQL refuses both (B27). */
export const inputText = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'not plain text')
