/** Stolen codes and tokens are detected, at two real processes. */
import { expect, test } from 'vitest'
import { approved, clientAt, documentOf, errorOf, redeemed } from './flow-operations.ts'
import { withTwoNodes } from './two-nodes.ts'

test(
  'B09 G16 redeeming a stolen code or refreshing a stolen token ends the session, even if the requests alternate between processes',
  () =>
    withTwoNodes({}, async ({ one, twoUrl }) => {
      // each client has its own address
      const [victim, thief] = [clientAt(one.url), clientAt(twoUrl)]
      const { deviceCode } = await approved(victim)
      const { refresh_token: stolen = '' } = documentOf(await thief.poll(deviceCode))
      const told = await victim.poll(deviceCode)
      expect(errorOf(told)).toBe('invalid_grant')
      expect(documentOf(told).error_description).toContain('someone else has the code')
      expect(errorOf(await thief.refresh(stolen))).toBe('invalid_grant')

      let { refreshToken: held } = await redeemed(victim)
      const followed: string[] = []
      for (let rotation = 0; rotation < 3; rotation++) {
        const next = documentOf(await victim.refresh(held)).refresh_token ?? ''
        followed.push(errorOf(await thief.refresh(held)))
        held = next
      }
      expect(followed).toEqual(['none', 'none', 'invalid_grant'])
      expect(errorOf(await victim.refresh(held))).toBe('invalid_grant')

      // other terminals of the person, and laptops that change networks, are not affected
      const traveller = await redeemed(victim)
      let token = traveller.refreshToken
      for (let ride = 0; ride < 10; ride++) {
        const moved = clientAt(ride % 2 === 0 ? one.url : twoUrl)
        const first = documentOf(await moved.refresh(token)).refresh_token
        // every other answer is lost, and the retry comes from the next network
        const again = ride % 2 === 0 ? documentOf(await clientAt(twoUrl).refresh(token)).refresh_token : first
        expect(again).toBe(first)
        token = first ?? ''
      }
    }),
  300_000,
)
