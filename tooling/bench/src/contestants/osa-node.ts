/** The OSA node, started as operators start it. */
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Contestant, deviceGrant, formCall } from './contestant.ts'

const userId = '6d2f8a0e-3f2e-4d8e-9b51-6b1d3a4c7e10'
const clientId = 'osa-cli'

/** Returns a different client address for each start, as a node behind a proxy sees them. */
const nextAddress = (() => {
  let n = 0
  return () => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n++ & 255}`
})()

export const osaNode: Contestant = {
  name: 'OSA node',
  program: 'apps/server/src/main.ts',
  settings: {
    PORT: '0',
    OSA_SECRET: Buffer.alloc(32, 5).toString('base64url'),
    OSA_DATA_DIR: join(tmpdir(), `osa-bench-${process.pid}`),
    OSA_TRUSTED_PROXIES: '127.0.0.1/32',
    // never contacted, because approvals are written to the database
    OSA_OIDC_ISSUER: 'http://127.0.0.1:9',
    OSA_OIDC_CLIENT_ID: 'bench',
    OSA_OIDC_CLIENT_SECRET: 'nobody-signs-in-here',
    OSA_LOG_LEVEL: 'warn',
    // high limits on all starts together; otherwise the limits would be measured
    OSA_MAX_PENDING_CODES: '20000',
    OSA_MAX_STARTS_PER_MINUTE: '1000000',
    // so that polls are not too early
    OSA_DEVICE_POLL_INTERVAL_SECONDS: '1',
  },
  tables: 'start',
  seed: `insert into users (id, display_name, role, created_at) values ('${userId}', 'Josiah Carberry', 'user', now());
    insert into linked_identities (id, user_id, provider, issuer, subject, created_at)
      values (gen_random_uuid(), '${userId}', 'oidc', 'https://idp.example', 'josiah', now())`,
  tidy: 'delete from rate_limits',
  // keeps the number of pending codes below the node's limit
  tidyStarts: `delete from device_authorizations where status = 'pending'`,
  start: () => ({
    ...formCall('/oauth/device_authorization', { client_id: clientId }),
    headers: { 'x-forwarded-for': nextAddress() },
  }),
  poll: (deviceCode) =>
    formCall('/oauth/token', { grant_type: deviceGrant, client_id: clientId, device_code: deviceCode }),
  approval: {
    text: `update device_authorizations set status = 'authorized', claimed_by_user_id = '${userId}', decided_at = now(),
      auth_time = now() where device_code_hash = $1 and status = 'pending'`,
    values: (deviceCode) => [createHash('sha256').update(deviceCode).digest('base64url')],
  },
  refresh: (refreshToken) =>
    formCall('/oauth/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken }),
}
