import { expect, test } from 'vitest'
import { testAuth, testRequester } from '../testing/test-auth.ts'
import { callbackFor, testProvider } from '../testing/test-provider.ts'

const from = (ip: string) => ({ ...testRequester, ip, source: ip })

test('C08 all spellings of a code, on the page and by device.verify, spend from the same budget', async () => {
  const { auth, start } = testAuth()
  const { user_code } = await start()
  const requester = from('192.0.2.9')
  const enter = (userCode: string) => auth.enterUserCode({ userCode, requester, userId: null })
  const describe = (userCode: string) => auth.describeUserCode({ userCode, requester })
  const wrong = [
    'BBBB-BBBB',
    'bbbbbbbb',
    'bb bb-bb bb',
    'BBBBBBBB',
    'not a code',
    '',
    'x'.repeat(5_000),
    'B',
    'ＢＢＢＢ',
    '\0',
  ]
  for (const [at, userCode] of wrong.entries()) await (at % 2 === 0 ? enter(userCode) : describe(userCode))
  expect(await enter(user_code)).toMatchObject({ outcome: 'limited' })
  expect(await describe(user_code)).toMatchObject({ error: 'temporarily_unavailable' })
})

test('J10 only a sign-in that was started in the same browser makes the node call an identity provider, and only once', async () => {
  let calls = 0
  const clock = testAuth().clock
  const provider = testProvider(clock.now)
  const { auth, beginSignIn, start } = testAuth({
    identityProviders: [
      {
        ...provider,
        verifiedIdentity: (callback) => {
          calls++
          return provider.verifiedIdentity(callback)
        },
      },
    ],
  })
  const browser = auth.newBrowserSecret()
  const finish = (parameters: URLSearchParams, cookie: typeof browser | null) =>
    auth.finishSignIn({ parameters, browser: cookie, session: null, requester: testRequester })
  const made = (fields: Record<string, string>) => new URLSearchParams({ code: 'carberry', ...fields })
  for (const cookie of [browser, null]) {
    for (const parameters of [made({}), made({ state: '' }), made({ state: 'x'.repeat(43) }), made({ iss: 'x' })]) {
      expect(await finish(parameters, cookie)).toMatchObject({ refused: 'unknown_transaction' })
    }
  }
  const { user_code } = await start()
  const answer = callbackFor(await beginSignIn(user_code, { browser }), { subject: 'carberry' })
  await finish(answer, auth.newBrowserSecret())
  await finish(answer, null)
  expect(calls).toBe(0)
  await Promise.all([finish(answer, browser), finish(answer, browser), finish(answer, browser)])
  expect(calls).toBe(1)
})
