import { expect, test } from 'vitest'
import { z } from 'zod'
import { inputIssuesOf, issuesText } from './input-issues.ts'

const schema = z.strictObject({
  session_id: z.uuid(),
  device: z.object({ name: z.string().min(1).max(5) }),
  kinds: z.array(z.enum(['a', 'b'])),
})

const issuesOf = (input: unknown) => inputIssuesOf(schema.safeParse(input).error) ?? []

test('each issue names the field, what is wrong and what is valid, but no value', () => {
  const secret = 'a-secret-value'
  const issues = issuesOf({ session_id: secret, device: {}, kinds: ['a', secret], extra: secret })
  expect(issues).toEqual([
    { path: 'session_id', message: 'Invalid UUID' },
    { path: 'device.name', message: 'Missing: expected string' },
    { path: 'kinds.1', message: 'Invalid option: expected one of "a"|"b"' },
    { path: '', message: 'remove "extra": not a known key' },
  ])
  expect(JSON.stringify(issues)).not.toContain(secret)
  expect(issuesText(issues)).toBe('The input is not valid: session_id: Invalid UUID (and 3 more)')
  expect(issuesText(issuesOf(7))).toBe('The input is not valid: Invalid input: expected object, received number')
})

test('control characters in unknown keys are escaped, and at most twenty issues are returned', () => {
  expect(issuesOf({ '\u001b[2J': 1 }).at(-1)?.message).not.toContain('\u001b')
  const kinds = Array.from({ length: 1_000 }, () => 'c')
  expect(issuesOf({ session_id: crypto.randomUUID(), device: { name: 'n' }, kinds })).toHaveLength(20)
})

test('an error that does not come from a schema has no issues', () => {
  expect(inputIssuesOf(new SyntaxError('Unexpected token s in "secret"'))).toBeNull()
})
