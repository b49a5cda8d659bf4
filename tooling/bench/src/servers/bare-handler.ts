/**
 * A floor: `node:http` and `pg` with the fewest prepared statements that can do the work, and nothing else that a real server needs: no
 * client check, limits, audit, signature or reuse detection. A start is one INSERT, a pending poll one SELECT, a redemption a SELECT, an
 * UPDATE and an INSERT, and a refresh one UPDATE.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { announce } from './announce.ts'
import { pool } from './pool.ts'

async function prepare(): Promise<void> {
  await pool.query(`
    create table codes (device_code_hash text primary key, user_code text not null unique, client_id text not null,
      status text not null, user_id text, created_at timestamptz not null, expires_at timestamptz not null);
    create table sessions (token_hash text primary key, user_id text not null, refreshed_at timestamptz not null)`)
  await pool.end()
}

const hash = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
const newSecret = (): string => randomBytes(32).toString('base64url')

const statement = (name: string, text: string, values: unknown[]) => pool.query({ name, text, values })

type Answer = readonly [status: number, document: object]

async function start(form: URLSearchParams): Promise<Answer> {
  const deviceCode = newSecret()
  const userCode = randomBytes(5).toString('hex').toUpperCase()
  await statement(
    'start',
    `insert into codes values ($1, $2, $3, 'pending', null, now(), now() + interval '10 minutes')`,
    [hash(deviceCode), userCode, form.get('client_id')],
  )
  return [200, { device_code: deviceCode, user_code: userCode, expires_in: 600, interval: 5 }]
}

async function redeem(deviceCode: string): Promise<Answer> {
  const code = hash(deviceCode)
  const { rows } = await statement('find', 'select status, user_id from codes where device_code_hash = $1', [code])
  if (rows[0]?.status === 'pending') return [400, { error: 'authorization_pending' }]
  const consumed = await statement(
    'consume',
    `update codes set status = 'consumed' where device_code_hash = $1 and status = 'authorized' returning user_id`,
    [code],
  )
  if (consumed.rowCount === 0) return [400, { error: 'invalid_grant' }]
  const refreshToken = newSecret()
  await statement('open', 'insert into sessions values ($1, $2, now())', [hash(refreshToken), consumed.rows[0].user_id])
  return [200, { access_token: newSecret(), refresh_token: refreshToken, token_type: 'Bearer', expires_in: 900 }]
}

async function refresh(refreshToken: string): Promise<Answer> {
  const next = newSecret()
  const { rowCount } = await statement(
    'refresh',
    'update sessions set token_hash = $2, refreshed_at = now() where token_hash = $1 returning user_id',
    [hash(refreshToken), hash(next)],
  )
  if (rowCount === 0) return [400, { error: 'invalid_grant' }]
  return [200, { access_token: newSecret(), refresh_token: next, token_type: 'Bearer', expires_in: 900 }]
}

async function read(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) text += chunk
  return new URLSearchParams(text)
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const form = await read(request)
  if (request.url === '/start') return start(form)
  const refreshToken = form.get('refresh_token')
  return refreshToken === null ? redeem(form.get('device_code') ?? '') : refresh(refreshToken)
}

function serve(): void {
  const server = createServer(async (request, response) => {
    const [status, document] = await answer(request)
    const body = JSON.stringify(document)
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body)
  })
  server.listen(0, '127.0.0.1', () => announce(server))
}

if (process.argv[2] === 'prepare') await prepare()
else serve()
