/** The issues of a convention or another input: all of them at once, each with its path and what to write. */
import type { z } from 'zod'
import { nameOfKey, plainJsonIssue } from './plain-json.ts'

export interface Issue {
  /** The path from the root of the convention or the input, with dots: `hooks.0.limits.memory`. Empty for the root itself. */
  path: string
  /** What to write there. */
  message: string
}

/** The largest convention as JSON, in bytes of UTF-8. */
export const maxConventionBytes = 1_048_576
const maxIssues = 200
const maxKeysNamed = 10

function readable(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message
  const more = issue.keys.length > maxKeysNamed ? ` and ${issue.keys.length - maxKeysNamed} more` : ''
  const known = issue.keys.length === 1 ? 'not a known key' : 'not known keys'
  return `remove ${issue.keys.slice(0, maxKeysNamed).map(nameOfKey).join(', ')}${more}: ${known}`
}

/** Keys in free-form parts, such as a hook's config, can be any text, so unusual ones are escaped. */
const pathOf = ({ path }: z.core.$ZodIssue): string =>
  path.map((part) => (/^\w{1,60}$/.test(String(part)) ? String(part) : nameOfKey(String(part)))).join('.')

/** Returns at most `most` of the issues that a schema found. They contain names of keys, but never a value. */
export const issuesOf = ({ issues }: z.core.$ZodError, most = maxIssues): Issue[] =>
  issues.slice(0, most).map((issue) => ({ path: pathOf(issue), message: readable(issue) }))

/**
 * Checks a value against one of the convention schemas. Returns the parsed value, or its issues, at most 200 of them. Paths and messages
 * contain names of keys but never a value, so that nothing from an author's config reaches a log. Never throws, whatever the value is, even
 * if it has cycles.
 */
export function checkConvention<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { convention: z.output<Schema> } | { issues: Issue[] } {
  const unreadable = plainJsonIssue(value)
  if (unreadable) return { issues: [unreadable] }
  const parsed = schema.safeParse(value)
  if (!parsed.success) return { issues: issuesOf(parsed.error) }
  const bytes = new TextEncoder().encode(JSON.stringify(parsed.data)).length
  if (bytes <= maxConventionBytes) return { convention: parsed.data }
  return {
    issues: [
      {
        path: '',
        message: `shorten the convention: as JSON it has ${bytes} bytes, at most ${maxConventionBytes} are allowed`,
      },
    ],
  }
}
