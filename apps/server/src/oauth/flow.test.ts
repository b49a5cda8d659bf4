/** The whole flow in-process with an independent client, oauth4webapi, which checks every answer strictly. */
import * as oauth from 'oauth4webapi'
import { describe, expect, test } from 'vitest'
import { startTestNode, type TestNode } from '../testing/test-node.ts'

const client: oauth.Client = { client_id: 'osa-cli' }

async function discover(node: TestNode) {
  const customFetch = (url: string, init: object) => node.fetch(url, init)
  const options = { [oauth.customFetch]: customFetch, algorithm: 'oauth2' as const }
  const issuer = new URL(node.publicUrl)
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
  return { server, options: { [oauth.customFetch]: customFetch } }
}

async function start(node: TestNode) {
  const { server, options } = await discover(node)
  const parameters = { scope: 'profile conventions:write' }
  const answer = await oauth.deviceAuthorizationRequest(server, client, oauth.None(), parameters, options)
  const device = await oauth.processDeviceAuthorizationResponse(server, client, answer)
  const poll = async () => {
    const polled = await oauth.deviceCodeGrantRequest(server, client, oauth.None(), device.device_code, options)
    return oauth.processDeviceCodeResponse(server, client, polled)
  }
  return { server, options, device, poll }
}

/** The error code of a refusal, as oauth4webapi parsed it. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = await call.catch((thrown: unknown) => thrown)
  return error instanceof oauth.ResponseBodyError ? error.error : `no refusal: ${String(error)}`
}

describe('B37 an independent client completes the flow unmodified', () => {
  test('start, pending, slow_down, approve, tokens, refresh, revoke', async () => {
    const node = await startTestNode()
    const { server, options, device, poll } = await start(node)
    expect(device).toMatchObject({ interval: 5, expires_in: 600 })

    expect(await refusalOf(poll())).toBe('authorization_pending')
    node.clock.advance({ seconds: 1 })
    expect(await refusalOf(poll())).toBe('slow_down')

    await node.approve(device.user_code)
    const tokens = await poll()
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 900, scope: 'profile conventions:write' })

    const refreshed = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(server, client, oauth.None(), String(tokens.refresh_token), options),
    )
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)

    const revoke = oauth.revocationRequest(server, client, oauth.None(), String(refreshed.refresh_token), options)
    await oauth.processRevocationResponse(await revoke)
    const late = oauth.refreshTokenGrantRequest(server, client, oauth.None(), String(refreshed.refresh_token), options)
    expect(await refusalOf(late.then((answer) => oauth.processRefreshTokenResponse(server, client, answer)))).toBe(
      'invalid_grant',
    )
  })

  test('F02 RFC 9068: its validator accepts the access token with the published metadata and keys', async () => {
    const node = await startTestNode()
    const { server, options, device, poll } = await start(node)
    await node.approve(device.user_code)
    const { access_token: accessToken } = await poll()
    const request = new Request(`${node.publicUrl}/api/v1/auth/me`, {
      headers: { Authorization: `Bearer ${accessToken}` },
    })
    const claims = await oauth.validateJwtAccessToken(server, request, node.publicUrl, options)
    expect(claims).toMatchObject({ iss: node.publicUrl, client_id: 'osa-cli', scope: 'profile conventions:write' })
    expect(claims.exp - claims.iat).toBe(900) // B36
  })

  test('B12 after a denial polls get access_denied, and B10 after expiry expired_token', async () => {
    const node = await startTestNode()
    const denied = await start(node)
    await node.deny(denied.device.user_code)
    expect(await refusalOf(denied.poll())).toBe('access_denied')
    const forgotten = await start(node)
    node.clock.advance({ seconds: 600 })
    expect(await refusalOf(forgotten.poll())).toBe('expired_token')
    expect(await refusalOf(forgotten.poll())).toBe('expired_token')
  })

  test('B32 RFC 8628 §3.5: an early poll still gets the decision', async () => {
    const node = await startTestNode()
    const { device, poll } = await start(node)
    expect(await refusalOf(poll())).toBe('authorization_pending')
    await node.approve(device.user_code)
    expect(await poll()).toMatchObject({ expires_in: 900 })
  })
})
