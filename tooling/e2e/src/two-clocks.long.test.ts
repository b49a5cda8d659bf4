/** L08: two real processes whose machines have different times. Within the tolerance, both use the time of the database. */
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { approved, clientAt, documentOf, errorOf } from './flow-operations.ts'
import { movableClock } from './movable-clock.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { withTwoNodes } from './two-nodes.ts'

const graceSeconds = 10

/** Starts two nodes. The clock of the second is `seconds` ahead of the first and of the database. */
async function withClocks(seconds: number, work: Parameters<typeof withTwoNodes>[1]) {
  await using folder = await temporaryFolder()
  const clock = movableClock(folder.path)
  await clock.set(seconds)
  await withTwoNodes({ OSA_REFRESH_REUSE_GRACE_SECONDS: String(graceSeconds) }, work, clock.settings)
}

const me = async (url: string, token: string) =>
  (await fetch(`${url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status

/** Signs in: the person uses the pages of the first node, the public address, and the terminal polls at `url`. */
async function tokensFrom({ one }: { one: { url: string } }, url: string) {
  const { deviceCode } = await approved(clientAt(one.url))
  return documentOf(await clientAt(url).poll(deviceCode))
}

test.each([20, -55])('L08 F04 G04 with clocks %i s apart, tokens and the grace period work as usual', (apart) =>
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

test('L08 with a larger difference, a node uses its own clock and logs it', () =>
  withClocks(90, async (pair) => {
    const { one, two, twoUrl } = pair
    const { access_token: token = '' } = await tokensFrom(pair, twoUrl)
    expect(await me(twoUrl, token)).toBe(200)
    expect(await me(one.url, token), 'from the future').toBe(401)
    expect(two.output()).toContain('differ by more than a minute')
    expect(one.output()).not.toContain('differ by more than a minute')
  }))
