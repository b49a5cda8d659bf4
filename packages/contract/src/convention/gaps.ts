/** What is missing or wrong in a convention, all of it at once, each with its path and what to write. */
import type { z } from 'zod'

export interface Gap {
  /** Dotted, from the convention's own root: `hooks.0.limits.memory`. Empty for the convention as a whole. */
  path: string
  /** What to write there. */
  message: string
}

const readable = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'unrecognized_keys')
    return `remove ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}: not a known key`
  return issue.message
}

/**
 * Checks a value against one of the convention's schemas. Answers the parsed value or its gaps, at most 200 of them. Paths never hold
 * values, so that nothing an author keeps in a config reaches a log.
 */
export const checkConvention = <Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { convention: z.output<Schema> } | { gaps: Gap[] } => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return { convention: parsed.data }
  const gaps = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: readable(issue) }))
  return { gaps: gaps.slice(0, 200) }
}
