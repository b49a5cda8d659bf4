/** Runs a real PgBouncer in front of a PostgreSQL. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '@osa/db/testing/free-port'
import { temporaryFolder } from './temporary-folder.ts'

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false // not listening yet
  } finally {
    socket.destroy()
  }
}

/** Starts a PgBouncer with `connections` to the database. `url` is the address of the database through it. Rejects if none is installed. */
export async function startPgBouncer(
  databaseUrl: string,
  mode: 'session' | 'transaction',
  connections: number,
): Promise<AsyncDisposable & { url: string }> {
  const database = new URL(databaseUrl)
  const folder = await temporaryFolder()
  // PgBouncer does not run as root, so another user must be able to read the folder
  await chmod(folder.path, 0o755)
  const port = await freePort()
  const users = join(folder.path, 'users.txt')
  const settings = join(folder.path, 'pgbouncer.ini')
  await writeFile(users, `"${database.username}" "${decodeURIComponent(database.password)}"\n`)
  await writeFile(
    settings,
    `[databases]
* = host=${database.hostname} port=${database.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = ${connections}
max_client_conn = 200
`,
  )
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn('pgbouncer', ['-q', ...asNobody, settings], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Debian installs it in /usr/sbin, which is not on every PATH
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  })
  const ended = once(child, 'exit')
  const lines: string[] = []
  child.stderr.on('data', (text) => lines.push(String(text)))
  await once(child, 'spawn')
  const dispose = async () => {
    child.kill('SIGKILL')
    await ended
    await folder[Symbol.asyncDispose]()
  }
  while (!(await answers(port))) {
    if (child.exitCode !== null) {
      await dispose()
      throw new Error(`PgBouncer exited:\n${lines.join('')}`)
    }
    await delay(50)
  }
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${port}`
  return { url: url.href, [Symbol.asyncDispose]: dispose }
}
