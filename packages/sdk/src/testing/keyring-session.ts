/**
 * A minimal desktop session for tests on Linux: a private D-Bus with an unlocked gnome-keyring, in a temporary folder. It never touches the
 * developer's session. Needs Debian's packages dbus and gnome-keyring.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { makeTemporaryDir } from './temporary-dir.ts'

const run = promisify(execFile)

/** A private D-Bus session with a keyring. */
export interface KeyringSession extends AsyncDisposable {
  /** The environment variables by which a program finds this session, including HOME, and PATH. */
  readonly env: Readonly<Record<string, string>>
  /** The session's home folder, which contains the keyring's file. */
  readonly home: string
  /** Locks the keyring. There is no one to answer a prompt. */
  lock(): Promise<void>
}

/** Starts no services on demand, so that no prompt appears and no process outlives the bus. */
const busConfiguration = (
  dir: string,
): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=${dir}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

/** Options of `startKeyringSession`. */
export interface KeyringSessionOptions {
  /** The keyring at the start: `unlocked` (the default), `uncreated` (a service without any keyring) or `none` (a bus without the service). */
  keyring?: 'unlocked' | 'uncreated' | 'none'
}

const daemon = 'exec gnome-keyring-daemon --foreground --components=secrets'
const services: Readonly<Record<NonNullable<KeyringSessionOptions['keyring']>, string>> = {
  unlocked: `${daemon} --unlock >/dev/null 2>&1`,
  uncreated: `${daemon} >/dev/null 2>&1`,
  none: 'exec sleep infinity',
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
    child.on('error', (cause) => reject(new Error('dbus-run-session cannot be started: is dbus installed?', { cause })))
    child.on('exit', (code) => reject(new Error(`The test's D-Bus session ended with code ${code}`)))
  })

const secrets = '--dest=org.freedesktop.secrets'
const service = '/org/freedesktop/secrets'
const collection = 'array:objpath:/org/freedesktop/secrets/collection/login'

async function untilReady(env: Record<string, string>, answer: string): Promise<void> {
  const read = [
    '--session',
    '--print-reply',
    secrets,
    service,
    'org.freedesktop.Secret.Service.ReadAlias',
    'string:default',
  ]
  for (let attempt = 0; attempt < 6_000; attempt++) {
    const { stdout } = await run('dbus-send', read, { env }).catch(() => ({ stdout: '' })) // not on the bus yet
    if (stdout.includes(answer)) return
    await delay(100)
  }
  throw new Error('gnome-keyring did not come up within ten minutes: is gnome-keyring installed?')
}

/** Starts a session. End it with `await using`. */
export async function startKeyringSession(options: KeyringSessionOptions = {}): Promise<KeyringSession> {
  const { keyring = 'unlocked' } = options
  const program = `echo "$DBUS_SESSION_BUS_ADDRESS"; ${services[keyring]}`
  const temporary = await makeTemporaryDir()
  const home = join(temporary.path, 'session-home')
  const runtime = join(temporary.path, 'run')
  const configuration = join(temporary.path, 'bus.conf')
  await mkdir(home, { mode: 0o700 })
  await mkdir(runtime, { mode: 0o700 })
  await writeFile(configuration, busConfiguration(runtime))
  const base = { PATH: process.env.PATH ?? '', HOME: home, XDG_RUNTIME_DIR: runtime }
  const args = ['--config-file', configuration, '--', 'sh', '-c', program]
  // Runs in its own process group, so that killing the group ends the bus, the keyring and their children.
  const session = spawn('dbus-run-session', args, { env: base, detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<void>((done) => session.once('close', () => done()))
  const stop = async (): Promise<void> => {
    if (session.pid !== undefined && session.exitCode === null && session.signalCode === null) {
      process.kill(-session.pid, 'SIGKILL')
      await ended
    }
    await temporary[Symbol.asyncDispose]()
  }
  try {
    session.stdin.end('the keyring of a test')
    const env = { ...base, DBUS_SESSION_BUS_ADDRESS: await firstLine(session) }
    if (keyring !== 'none') await untilReady(env, keyring === 'unlocked' ? '/collection/' : 'object path')
    const lock = ['--session', '--print-reply', secrets, service, 'org.freedesktop.Secret.Service.Lock', collection]
    return {
      env,
      home,
      lock: async () => void (await run('dbus-send', lock, { env })),
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
