import { type Contestant, deviceGrant, formCall } from './contestant.ts'

export const oidcClientId = 'bench'
const userId = 'josiah'
const grantId = 'consent-of-the-bench'
const grant = {
  kind: 'Grant',
  jti: grantId,
  accountId: userId,
  clientId: oidcClientId,
  openid: { scope: 'profile offline_access' },
  iat: 1_700_000_000,
  exp: 4_000_000_000,
}
/** One consent for all codes, so that an approval is one UPDATE, as for the other contestants. */
const consent = `insert into oidc_rows (model, id, payload) values ('Grant', '${grantId}', '${JSON.stringify(grant)}')`
const approved = JSON.stringify({ accountId: userId, grantId, scope: 'profile offline_access' })

export const oidcProvider: Contestant = {
  name: 'oidc-provider',
  program: 'tooling/bench/src/servers/oidc-provider.ts',
  settings: { NODE_ENV: 'production' },
  tables: 'prepare',
  seed: consent,
  restore: `${consent} on conflict do nothing`,
  start: () => formCall('/device/auth', { client_id: oidcClientId, scope: 'profile offline_access' }),
  poll: (deviceCode) =>
    formCall('/token', { grant_type: deviceGrant, client_id: oidcClientId, device_code: deviceCode }),
  approval: {
    text: `update oidc_rows set payload = payload || '${approved}' || jsonb_build_object('authTime', extract(epoch from now())::int),
      grant_id = '${grantId}' where model = 'DeviceCode' and id = $1`,
    values: (deviceCode) => [deviceCode],
  },
  refresh: (refreshToken) =>
    formCall('/token', { grant_type: 'refresh_token', client_id: oidcClientId, refresh_token: refreshToken }),
}
