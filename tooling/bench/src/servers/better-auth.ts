/** A peer: better-auth with its device authorization plugin, on `pg` through its own adapter, without its rate limit or telemetry. */
import { createServer } from 'node:http'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { deviceAuthorization } from 'better-auth/plugins/device-authorization'
import { announce } from './announce.ts'
import { pool } from './pool.ts'

const auth = betterAuth({
  baseURL: 'http://127.0.0.1',
  secret: 'a secret of the bench, long enough to be accepted',
  database: pool,
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  // the bench polls each code at most once a second, so no poll is too early
  plugins: [deviceAuthorization({ interval: '1s', expiresIn: '10m', verificationUri: '/device' })],
})

async function prepare(): Promise<void> {
  await (await getMigrations(auth.options)).runMigrations()
  await pool.end()
}

function serve(): void {
  const server = createServer(toNodeHandler(auth))
  server.listen(0, '127.0.0.1', () => announce(server))
}

if (process.argv[2] === 'prepare') await prepare()
else serve()
