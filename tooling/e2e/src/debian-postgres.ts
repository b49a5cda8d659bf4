/** Starts a PostgreSQL cluster for one test from the Debian packages, with server and client programs of the same version. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from '@osa/db/testing/free-port'

/** Returns the folder of the programs of the newest installed version. */
function programs(): string {
  const version = (path: string) => Number(path.split('/').at(-3))
  const [newest] = globSync('/usr/lib/postgresql/*/bin/initdb').sort((a, b) => version(b) - version(a))
  if (newest === undefined)
    throw new Error('These tests need the PostgreSQL packages of Debian: apt-get install postgresql')
  return dirname(newest)
}

/** Starts a server with the single user `username`. `settings` are for `postgres -c`, `auth` are options of initdb. */
function startCluster({ username, auth, settings }: { username: string; auth: string[]; settings: string[] }) {
  const bin = programs()
  const folder = mkdtempSync(join(tmpdir(), 'osa-debian-postgres-'))
  const data = join(folder, 'data')
  const password = randomBytes(16).toString('hex')
  writeFileSync(join(folder, 'password'), password)
  // PostgreSQL does not run as root
  const isRoot = process.getuid?.() === 0
  const as = (command: string, ...args: string[]) => {
    const [program, all] = isRoot
      ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', command, ...args]]
      : [command, args]
    execFileSync(program as string, all as string[], { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  }
  chmodSync(folder, 0o755)
  mkdirSync(data, { mode: 0o700 })
  const socketFolder = join(folder, 'run')
  mkdirSync(socketFolder)
  if (isRoot) execFileSync('chown', ['postgres:postgres', data, socketFolder, join(folder, 'password')])
  const from = ['--pgdata', data, `--username=${username}`, `--pwfile=${join(folder, 'password')}`, '--encoding=UTF8']
  as(join(bin, 'initdb'), ...from, ...auth, '--no-sync')
  const options = ['fsync=off', `unix_socket_directories=${socketFolder}`, ...settings]
    .map((setting) => `-c ${setting}`)
    .join(' ')
  as(join(bin, 'pg_ctl'), 'start', '--wait', '--pgdata', data, '--log', join(data, 'log'), '--options', options)
  const pid = Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10)
  // no server may survive an interrupted test run
  const killAtExit = () => process.kill(pid, 'SIGQUIT')
  process.once('exit', killAtExit)
  const stop = () => {
    as(join(bin, 'pg_ctl'), 'stop', '--wait', '--mode', 'immediate', '--pgdata', data)
    process.off('exit', killAtExit)
    rmSync(folder, { recursive: true })
  }
  return { bin, folder, socketFolder, password, stop }
}

/** Starts PostgreSQL with a role `osa`, which can create databases, and its database `osa`. `env` lets the programs of libpq connect to it. */
export async function startDebianPostgres() {
  const port = String(await freePort())
  const { bin, folder, password, stop } = startCluster({
    username: 'osa',
    auth: ['--auth=scram-sha-256'],
    settings: ['listen_addresses=127.0.0.1', `port=${port}`],
  })
  const home = join(folder, 'home')
  mkdirSync(home, { mode: 0o700 })
  const writePassword = (next: string) =>
    writeFileSync(join(home, '.pgpass'), `127.0.0.1:${port}:*:osa:${next}\n`, { mode: 0o600 })
  writePassword(password)
  const env = {
    PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    ...{ PGHOST: '127.0.0.1', PGPORT: port, PGUSER: 'osa', PGDATABASE: 'osa' },
  }
  execFileSync(join(bin, 'createdb'), ['osa'], { env })
  return {
    env,
    writePassword,
    databaseUrl: `postgres://osa:${password}@127.0.0.1:${port}/osa`,
    [Symbol.asyncDispose]: async () => stop(),
  }
}

/**
 * Starts PostgreSQL as Debian sets it up: reachable only through the socket `.s.PGSQL.5432` in `socketFolder`, with the superuser `postgres`.
 * Unlike Debian's setup, it trusts the user names of clients.
 */
export async function startLocalPostgres() {
  const { bin, socketFolder, stop } = startCluster({
    username: 'postgres',
    auth: ['--auth=trust'],
    settings: ['listen_addresses=', 'port=5432'],
  })
  return { programs: bin, socketFolder, [Symbol.asyncDispose]: async () => stop() }
}
