/** The floors: servers that show the minimum cost of the work. */
import { createHash } from 'node:crypto'
import { type Contestant, deviceGrant, formCall } from './contestant.ts'

const clientId = 'bench'

const bareCalls = {
  start: () => formCall('/start', { client_id: clientId }),
  poll: (deviceCode: string) =>
    formCall('/oauth/token', { grant_type: deviceGrant, client_id: clientId, device_code: deviceCode }),
  refresh: (refreshToken: string) =>
    formCall('/oauth/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken }),
}
const nothingToApprove = { text: 'select $1', values: (deviceCode: string) => [deviceCode] }

export const bareHandler: Contestant = {
  name: 'bare handler',
  program: 'tooling/bench/src/servers/bare-handler.ts',
  tables: 'prepare',
  ...bareCalls,
  approval: {
    text: `update codes set status = 'authorized', user_id = 'josiah' where device_code_hash = $1`,
    values: (deviceCode) => [createHash('sha256').update(deviceCode).digest('base64url')],
  },
}

export const fixedHono: Contestant = {
  name: 'fixed answer, Hono',
  program: 'tooling/bench/src/servers/fixed-hono.ts',
  tables: 'none',
  ...bareCalls,
  approval: nothingToApprove,
}

export const fixedHttp: Contestant = {
  name: 'fixed answer, node:http',
  program: 'tooling/bench/src/servers/fixed-http.ts',
  tables: 'none',
  ...bareCalls,
  approval: nothingToApprove,
}
