import { createHash, timingSafeEqual } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { testAuth } from '../testing/test-auth.ts'
import { builtInClients } from './client.ts'
import { equalInConstantTime } from './secret.ts'

vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>()
  return { ...original, timingSafeEqual: vi.fn(original.timingSafeEqual) }
})

test('I12 form tokens and client secrets of any length are compared in constant time', () => {
  const compared = vi.mocked(timingSafeEqual)
  const countOf = (compare: () => unknown): number => {
    compared.mockClear()
    compare()
    return compared.mock.calls.length
  }
  const [cli] = builtInClients
  const clientSecretSha256 = createHash('sha256').update('right').digest('hex')
  const clients = new Map([['server', { ...cli, clientId: 'server', clientSecretSha256 }]])
  const { auth } = testAuth({ clients })
  const browser = auth.newBrowserSecret()
  const token = auth.formToken(browser, 'step')
  for (const presented of [token, `${token.slice(0, -1)}!`, `!${token.slice(1)}`, '', 'x'.repeat(10_000)]) {
    expect(countOf(() => auth.verifyFormToken(browser, 'step', presented))).toBe(1)
    expect(auth.verifyFormToken(browser, 'step', presented)).toBe(presented === token)
    expect(equalInConstantTime(token, presented)).toBe(presented === token)
  }
  for (const clientSecret of ['right', 'wrong', '', 'x'.repeat(10_000)]) {
    expect(countOf(() => auth.authenticateClient({ clientId: 'server', clientSecret }))).toBe(1)
    expect('error' in auth.authenticateClient({ clientId: 'server', clientSecret })).toBe(clientSecret !== 'right')
  }
})
