/** L08: two real processes whose machines disagree about the time. Both follow the database's clock as long as the tolerance allows. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { approved, clientAt, documentOf, errorOf } from './flow-operations.ts'
import { repository } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { withTwoNodes } from './two-nodes.ts'

const graceSeconds = 10

/** Two nodes; the second's machine is ahead of the first's, and of the database's, by `seconds`. */
async function withClocks(seconds: number, work: Parameters<typeof withTwoNodes>[1]) {
  await using folder = await temporaryFolder()
  const clockFile = join(folder.path, 'clock')
  writeFileSync(clockFile, String(seconds))
  const settings = { OSA_REFRESH_REUSE_GRACE_SECONDS: String(graceSeconds) }
  await withTwoNodes(settings, work, {
    NODE_OPTIONS: `--import=${pathToFileURL(join(repository, 'tooling/e2e/src/shifted-clock.ts')).href}`,
    SHIFTED_CLOCK_FILE: clockFile,
  })
}

const me = async (url: string, token: string) =>
  (await fetch(`${url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status

/** People use the pages at the public address, the first node's; `url` is where the terminal polls. */
async function tokensFrom({ one }: { one: { url: string } }, url: string) {
  const { deviceCode } = await approved(clientAt(one.url))
  return documentOf(await clientAt(url).poll(deviceCode))
}

test.each([20, -55])('L08 F04 G04 with machines %i s apart nobody notices: not a token, not the grace', (apart) =>
  withClocks(apart, async (pair) => {
    const { one, two, twoUrl } = pair
    const urls = [one.url, twoUrl]
    for (const from of urls) {
      const { access_token: token = '' } = await tokensFrom(pair, from)
      for (const at of urls) expect(await me(at, token)).toBe(200)
    }
    for (const [first, other] of [urls, urls.toReversed()]) {
      const [here, there] = [clientAt(first ?? ''), clientAt(other ?? '')]
      const { refresh_token: refreshToken = '' } = await tokensFrom(pair, first ?? '')
      const successor = documentOf(await here.refresh(refreshToken)).refresh_token
      expect(documentOf(await there.refresh(refreshToken)).refresh_token, 'an answer that was lost').toBe(successor)
      await wait((graceSeconds + 1) * 1_000)
      expect(errorOf(await there.refresh(refreshToken)), 'a retired token').toBe('invalid_grant')
      expect(errorOf(await here.refresh(successor ?? ''))).toBe('invalid_grant')
    }
    expect(two.output()).not.toContain('differ by more than a minute')
  }),
)

test('L08 a machine that is further off goes by its own clock, and its log says so', () =>
  withClocks(90, async (pair) => {
    const { one, two, twoUrl } = pair
    const { access_token: token = '' } = await tokensFrom(pair, twoUrl)
    expect(await me(twoUrl, token)).toBe(200)
    expect(await me(one.url, token), 'from the future').toBe(401)
    expect(two.output()).toContain('differ by more than a minute')
    expect(one.output()).not.toContain('differ by more than a minute')
  }))
