import { expect, test } from 'vitest'
import { createWalker } from './approve.ts'
import { startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('C08 new browsers, forged addresses and another wire do not increase the number of guesses', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode(await onPostgres(folder))
  const forged = (n: number) => ({
    'x-forwarded-for': `198.51.100.${n}`,
    forwarded: `for=198.51.100.${n}`,
    'x-real-ip': `198.51.100.${n}`,
    'user-agent': `browser/${n}`,
  })
  /** Each guess comes from a new browser without cookies. */
  const guessAtPage = async (n: number, userCode: string): Promise<number> => {
    const walker = createWalker(node.url)
    const entry = await walker.visit('/device', { headers: forged(n) })
    const formToken = /name="form_token" value="([^"]+)"/.exec(entry.html)?.[1] ?? ''
    const body = new URLSearchParams({ form_token: formToken, user_code: userCode })
    const { status } = await walker.visit('/device', {
      method: 'POST',
      body,
      headers: { origin: node.url, ...forged(n) },
    })
    return status
  }
  const guessAtProcedure = async (n: number, userCode: string): Promise<number> => {
    const answer = await fetch(`${node.url}/trpc/device.verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...forged(n) },
      body: JSON.stringify({ json: { user_code: userCode } }),
    })
    return answer.status
  }
  const start = await fetch(`${node.url}/oauth/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'osa-cli' }),
  })
  const { user_code: rightCode } = (await start.json()) as { user_code: string }

  for (let n = 0; n < 5; n++) {
    expect(await guessAtPage(n, n % 2 === 0 ? 'BBBB-BBBB' : 'bbbb bbbb')).toBeLessThan(429)
    expect(await guessAtProcedure(n, 'BBBBBBBB')).toBe(404)
  }
  expect(await guessAtPage(11, rightCode)).toBe(429)
  expect(await guessAtProcedure(12, rightCode)).toBe(429)
})
