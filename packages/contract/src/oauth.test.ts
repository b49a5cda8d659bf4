import { expect, test } from 'vitest'
import { deviceAuthorizationResponse, isOAuthError, oauthError, tokenOutcome } from './oauth.ts'

const tokens = { access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_in: 900, scope: 'profile' }

test('B06 a token response has token_type Bearer and whole seconds; other documents are refused', () => {
  expect(tokenOutcome.parse(tokens)).toEqual(tokens)
  for (const wrong of [{ token_type: 'bearer' }, { expires_in: 0.5 }, { refresh_token: '' }, { access_token: null }]) {
    expect(tokenOutcome.safeParse({ ...tokens, ...wrong }).success).toBe(false)
  }
})

test('A01 a device authorization response needs all six keys', () => {
  const started = {
    device_code: 'd',
    user_code: 'BCDF-GHJK',
    verification_uri: 'https://archive.example/device',
    verification_uri_complete: 'https://archive.example/device?user_code=BCDF-GHJK',
    expires_in: 600,
    interval: 5,
  }
  expect(deviceAuthorizationResponse.parse(started)).toEqual(started)
  for (const key of Object.keys(started)) {
    expect(deviceAuthorizationResponse.safeParse({ ...started, [key]: undefined }).success, key).toBe(false)
  }
})

test('a refusal differs from tokens by its error, which must be a registered code', () => {
  const refusal = oauthError.parse({ error: 'slow_down', error_description: 'Wait.', interval: 10 })
  expect(isOAuthError(tokenOutcome.parse(refusal))).toBe(true)
  expect(isOAuthError(tokenOutcome.parse(tokens))).toBe(false)
  expect(oauthError.safeParse({ error: 'device_not_found', error_description: '' }).success).toBe(false)
})
