/** What is wrong with an input, for whoever sent it. Never a value of it: that may be a secret, and errors are logged. */
import { core } from 'zod/mini'
import { type Issue, issuesOf } from './convention/issues.ts'

/** Nobody fixes more at once, and an input may have thousands. */
const maxIssues = 20

/** What a schema found, each with the field, what was wrong there and what fits; null for what is no finding of a schema. */
export function inputIssuesOf(cause: unknown): Issue[] | null {
  if (!(cause instanceof core.$ZodError)) return null
  return issuesOf(cause, maxIssues).map(({ path, message }) => ({
    path,
    message: message.replace(/^Invalid input: (.*), received undefined$/, 'Missing: $1'),
  }))
}

/** In one sentence, with the first of them. */
export function issuesText([first, ...others]: readonly Issue[]): string {
  if (!first) return 'The input does not fit.'
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `The input does not fit: ${first.path === '' ? '' : `${first.path}: `}${first.message}${more}`
}
