import { expect, test } from 'vitest'
import { canary, type LiveValues } from './fields.ts'
import type { RawRequest } from './raw-request.ts'
import { faultsOf } from './verdict.ts'

const live: LiveValues = {
  deviceCode: 'live-device-code',
  userCode: 'BCDF-GHJK',
  accessToken: 'live-access-token',
  refreshToken: 'live-refresh-token',
  cookie: 'a=b',
  formToken: 'live-form-token',
}
const asked: RawRequest = {
  ...{ from: '127.0.0.1', method: 'POST', target: '/oauth/token' },
  ...{ headers: [], body: new Uint8Array() },
}
const refusal = '{"error":"invalid_grant","error_description":"No."}'
const faults = (answer: { status?: number; headers?: string; body?: string }) =>
  faultsOf(asked, { status: 400, headers: 'HTTP/1.1 400 Bad Request', body: refusal, ...answer }, live)

test('the fuzzer accepts a proper refusal', () => {
  expect(faults({})).toEqual([])
  expect(faults({ status: 401, headers: 'WWW-Authenticate: Basic realm="OSA"' })).toEqual([])
})

test.each([
  ['a failure', { status: 500 }],
  ['a page instead of a document', { body: '<!doctype html>' }],
  ['an error that is not text', { body: '{"error":{}}' }],
  ['a stack in JSON', { body: '{"error":"x","stack":"Error\\n    at run (/a/b.js:1:2)"}' }],
  ['SQL', { body: '{"error":"select * from users where id = 1"}' }],
  ['a generated secret', { body: `{"error":"unknown token ${canary}x"}` }],
  ['a live secret in a header', { headers: `Location: /?token=${live.refreshToken}` }],
  ['a challenge without 401', { headers: 'HTTP/1.1 400 Bad Request\r\nWWW-Authenticate: Basic' }],
])('the fuzzer detects %s', (_what, answer) => {
  expect(faults(answer)).toHaveLength(1)
})

test('the fuzzer detects a connection closed without an answer', () => {
  expect(faultsOf(asked, null, live)).toHaveLength(1)
})
