/** Raw calls of the OAuth and v1 endpoints, for tests that check bytes and headers. */
import { deviceCodeGrantType } from '@osa/contract'
import type { TestNode } from './test-node.ts'

export const formType = 'application/x-www-form-urlencoded'

/** Posts a form. A string body is sent unchanged. */
export const postForm = (
  node: TestNode,
  path: string,
  body: string | Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  node.request(path, {
    method: 'POST',
    headers: { 'Content-Type': formType, ...headers },
    body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
  })

export const postJson = (node: TestNode, path: string, body: unknown): Promise<Response> =>
  node.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** Polls the token endpoint once. */
export const pollToken = (node: TestNode, deviceCode: string, more: Record<string, string> = {}): Promise<Response> =>
  postForm(node, '/oauth/token', {
    grant_type: deviceCodeGrantType,
    device_code: deviceCode,
    client_id: 'osa-cli',
    ...more,
  })

export const refreshToken = (node: TestNode, token: string, more: Record<string, string> = {}): Promise<Response> =>
  postForm(node, '/oauth/token', {
    grant_type: 'refresh_token',
    refresh_token: token,
    client_id: 'osa-cli',
    ...more,
  })

export const basic = (user: string, password: string): { Authorization: string } => ({
  Authorization: `Basic ${Buffer.from(`${encodeURIComponent(user)}:${encodeURIComponent(password)}`).toString('base64')}`,
})
