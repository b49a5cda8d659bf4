import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { approve } from './approve.ts'
import { startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The fields of RFC 8628 §3.2, without those of the same-computer proof. */
const rfc8628Answer = [
  'device_code',
  'expires_in',
  'interval',
  'user_code',
  'verification_uri',
  'verification_uri_complete',
]

test('B37 openid-client completes the whole flow: discovery, start, polling through slow_down, refresh, revocation', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode(await onPostgres(folder, { OSA_DEVICE_POLL_INTERVAL_SECONDS: '5' }))
  const configuration = await client.discovery(new URL(node.url), 'osa-cli', undefined, client.None(), {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  })
  const metadata = configuration.serverMetadata()
  expect(metadata.issuer).toBe(node.url)

  const started = await client.initiateDeviceAuthorization(configuration, { scope: 'profile' })
  expect(Object.keys(started).toSorted(), 'a client without a listener sees no difference').toEqual(rfc8628Answer)
  const pollOnce = async () => {
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'osa-cli',
      device_code: started.device_code,
    })
    const answer = await fetch(metadata.token_endpoint ?? '', { method: 'POST', body })
    return ((await answer.json()) as { error: string }).error
  }
  expect(await pollOnce()).toBe('authorization_pending')
  expect(await pollOnce()).toBe('slow_down')

  const polling = client.pollDeviceAuthorizationGrant(configuration, started)
  await approve(node.url, started.user_code)
  const tokens = await polling
  expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'profile', refresh_token: expect.any(String) })

  const renewed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
  expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
  await client.tokenRevocation(configuration, renewed.refresh_token ?? '')
  await expect(client.refreshTokenGrant(configuration, renewed.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('the original Python client works unchanged: empty start, immediate first poll, refresh before every command', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode(await onPostgres(folder))
  const v1 = async (path: string, body?: object) => {
    const answer = await fetch(`${node.url}/api/v1/auth/${path}`, {
      method: 'POST',
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, string> }
  }
  const started = await v1('device')
  expect(started.status).toBe(200)
  expect(Object.keys(started.body).toSorted(), 'a client without a listener sees no difference').toEqual(rfc8628Answer)
  const { device_code = '', user_code = '' } = started.body
  const poll = { device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }
  expect(await v1('device/token', poll)).toMatchObject({ status: 400, body: { error: 'authorization_pending' } })
  await approve(node.url, user_code)
  const tokens = await v1('device/token', poll)
  expect(tokens.status).toBe(200)

  const refresh_token = tokens.body.refresh_token ?? ''
  const renewals = await Promise.all([1, 2, 3].map(() => v1('refresh', { refresh_token })))
  expect(renewals.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(new Set(renewals.map(({ body }) => body.refresh_token)).size).toBe(1)
  const me = await fetch(`${node.url}/api/v1/auth/me`, {
    headers: { authorization: `Bearer ${renewals[0]?.body.access_token}` },
  })
  expect(await me.json()).toMatchObject({
    display_name: 'Josiah Carberry',
    external_id: '0000-0002-1825-0097',
    roles: ['admin'],
  })
  expect(await v1('logout', { refresh_token: renewals[0]?.body.refresh_token })).toEqual({
    status: 200,
    body: { success: true },
  })
  expect(await v1('refresh', { refresh_token: renewals[0]?.body.refresh_token })).toMatchObject({
    status: 401,
    body: { detail: { code: 'token_family_revoked' } },
  })
})
