import { expect, test } from 'vitest'
import { z } from 'zod'
import { inputIssuesOf, issuesText } from './input-issues.ts'

const schema = z.strictObject({
  session_id: z.uuid(),
  device: z.object({ name: z.string().min(1).max(5) }),
  kinds: z.array(z.enum(['a', 'b'])),
})

const issuesOf = (input: unknown) => inputIssuesOf(schema.safeParse(input).error) ?? []

test('each issue names the field, what was wrong and what fits, and no value', () => {
  const secret = 'a-secret-value'
  const issues = issuesOf({ session_id: secret, device: {}, kinds: ['a', secret], extra: secret })
  expect(issues).toEqual([
    { path: 'session_id', message: 'Invalid UUID' },
    { path: 'device.name', message: 'Missing: expected string' },
    { path: 'kinds.1', message: 'Invalid option: expected one of "a"|"b"' },
    { path: '', message: 'remove "extra": not a known key' },
  ])
  expect(JSON.stringify(issues)).not.toContain(secret)
  expect(issuesText(issues)).toBe('The input does not fit: session_id: Invalid UUID (and 3 more)')
  expect(issuesText(issuesOf(7))).toBe('The input does not fit: Invalid input: expected object, received number')
})

test('names that the sender has made up cannot move a cursor, and a thousand issues are twenty', () => {
  expect(issuesOf({ '\u001b[2J': 1 }).at(-1)?.message).not.toContain('\u001b')
  const kinds = Array.from({ length: 1_000 }, () => 'c')
  expect(issuesOf({ session_id: crypto.randomUUID(), device: { name: 'n' }, kinds })).toHaveLength(20)
})

test('what no schema has found is no issue', () => {
  expect(inputIssuesOf(new SyntaxError('Unexpected token s in "secret"'))).toBeNull()
})
