import { expect, test } from 'vitest'
import { signInUpstream, startPagesAtUpstream } from '../testing/pages.ts'
import { developmentPeople } from './development-people.ts'
import { isOrcidId } from './orcid.ts'

test.each(developmentPeople.map(({ subject }) => subject))('E14 %s is an ORCID iD', (subject) => {
  expect(isOrcidId(subject)).toBe(true)
})

test.each([
  '0000-0002-1825-0098',
  '0000-0002-1825-097',
  '0000000218250097',
  '0000-0002-1825-009x',
  '0000-0002-1694-2330',
  ' 0000-0002-1825-0097',
  'https://orcid.org/0000-0002-1825-0097',
  '',
])('E14 “%s” is not an ORCID iD', (text) => {
  expect(isOrcidId(text)).toBe(false)
})

test('E14 a subject without a valid check character is refused and the device stays pending', async () => {
  await using world = await startPagesAtUpstream()
  world.upstream.settings.lies = { claims: { sub: '0000-0002-1825-0098' } }
  const terminal = await world.pages.startTerminal()
  const visit = await signInUpstream(world.pages, world.pages.browse(), terminal.user_code)
  expect(visit.status).toBe(502)
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('E14 an `orcid` in the token response must equal the subject', async () => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  const terminal = await pages.startTerminal()
  upstream.settings.lies = { tokenResponse: { orcid: '0000-0001-5109-3700' } }
  expect((await signInUpstream(pages, pages.browse(), terminal.user_code)).status).toBe(502)
  upstream.settings.lies = { tokenResponse: { orcid: '0000-0002-1825-0097' } }
  expect((await signInUpstream(pages, pages.browse(), terminal.user_code)).status).toBe(200)
})

test('E14 the name in the token response is used if the ID token has none', async () => {
  await using world = await startPagesAtUpstream()
  world.upstream.settings.lies = { claims: { name: undefined }, tokenResponse: { name: 'Josiah S. Carberry' } }
  const terminal = await world.pages.startTerminal()
  const visit = await signInUpstream(world.pages, world.pages.browse(), terminal.user_code)
  expect(visit.body).toContain('Josiah S. Carberry')
})
