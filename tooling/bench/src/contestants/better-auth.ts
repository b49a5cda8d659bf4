import { type Call, type Contestant, deviceGrant } from './contestant.ts'

const userId = 'josiah'
const clientId = 'bench'

const jsonCall = (path: string, fields: object): Call => ({
  path: `/api/auth${path}`,
  type: 'application/json',
  body: JSON.stringify(fields),
})

export const betterAuth: Contestant = {
  name: 'better-auth',
  program: 'tooling/bench/src/servers/better-auth.ts',
  settings: { NODE_ENV: 'production' },
  tables: 'prepare',
  seed: `insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
    values ('${userId}', 'Josiah Carberry', 'josiah@example.org', true, now(), now())`,
  start: () => jsonCall('/device/code', { client_id: clientId, scope: 'profile' }),
  poll: (deviceCode) =>
    jsonCall('/device/token', { grant_type: deviceGrant, client_id: clientId, device_code: deviceCode }),
  approval: {
    text: `update "deviceCode" set status = 'approved', "userId" = '${userId}' where "deviceCode" = $1 and status = 'pending'`,
    values: (deviceCode) => [deviceCode],
  },
  refresh: null,
}
