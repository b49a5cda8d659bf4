/** The issues of an input, for its sender. They never contain a value of the input: it may be a secret, and errors are logged. */
import { core } from 'zod/mini'
import { type Issue, issuesOf } from './convention/issues.ts'

/** An input can have thousands of issues; a caller fixes a few at a time. */
const maxIssues = 20

/** Returns the issues that a schema found, each with its field, what is wrong and what is valid; null if `cause` is not a schema's error. */
export function inputIssuesOf(cause: unknown): Issue[] | null {
  if (!(cause instanceof core.$ZodError)) return null
  return issuesOf(cause, maxIssues).map(({ path, message }) => ({
    path,
    message: message.replace(/^Invalid input: (.*), received undefined$/, 'Missing: $1'),
  }))
}

/** Returns one sentence with the first issue and the number of others. */
export function issuesText([first, ...others]: readonly Issue[]): string {
  if (!first) return 'The input is not valid.'
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `The input is not valid: ${first.path === '' ? '' : `${first.path}: `}${first.message}${more}`
}
