/** What is missing or wrong in a convention or another input, all of it at once, each with its path and what to write. */
import type { z } from 'zod'
import { nameOfKey, plainJsonIssue } from './plain-json.ts'

export interface Issue {
  /** Dotted, from the root of the convention or the input: `hooks.0.limits.memory`. Empty for the whole. */
  path: string
  /** What to write there. */
  message: string
}

/** What one convention may come to as JSON, in bytes of UTF-8. */
export const maxConventionBytes = 1_048_576
const maxIssues = 200
const maxKeysNamed = 10

function readable(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message
  const more = issue.keys.length > maxKeysNamed ? ` and ${issue.keys.length - maxKeysNamed} more` : ''
  const known = issue.keys.length === 1 ? 'not a known key' : 'not known keys'
  return `remove ${issue.keys.slice(0, maxKeysNamed).map(nameOfKey).join(', ')}${more}: ${known}`
}

/** A key out of a free-form part, such as a hook's config, may be any text. */
const pathOf = ({ path }: z.core.$ZodIssue): string =>
  path.map((part) => (/^\w{1,60}$/.test(String(part)) ? String(part) : nameOfKey(String(part)))).join('.')

/** What a schema has found, at most `most` of it: names of keys, and never a value. */
export const issuesOf = ({ issues }: z.core.$ZodError, most = maxIssues): Issue[] =>
  issues.slice(0, most).map((issue) => ({ path: pathOf(issue), message: readable(issue) }))

/**
 * Checks a value against one of the convention's schemas. Answers the parsed value or its issues, at most 200 of them. Paths and messages
 * hold names of keys and never a value, so that nothing an author keeps in a config reaches a log. Whatever the value is, cycles
 * included, this answers and does not throw.
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
      { path: '', message: `shorten the convention: as JSON it has ${bytes} bytes of at most ${maxConventionBytes}` },
    ],
  }
}
