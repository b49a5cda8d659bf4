/**
 * A program that runs for months. It signs in once, with a person's help, and then renews that login itself. It saves the login in its own
 * storage: a file in this example, a secret manager or a database table in practice. A program with a persistent disk needs no store of its own:
 * pass a `configDir` to `login` and `storedCredentials` instead.
 *
 *     OSA_NODE=https://archive.example.org SECRET_FILE=/var/lib/watcher/osa.json node daemon.ts
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createOsaClient, isOsaError } from '@osa/sdk'
import { login, secretStore, storedCredentials } from '@osa/sdk/node'

const { OSA_NODE, SECRET_FILE, ROUNDS = 'Infinity', PAUSE_MS = '60000' } = process.env
if (!OSA_NODE || !SECRET_FILE) throw new Error('Set OSA_NODE and SECRET_FILE')

const store = secretStore({
  name: SECRET_FILE,
  async load() {
    const text = await readFile(SECRET_FILE, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    return text === null ? null : JSON.parse(text)
  },
  // replaces the file atomically, since half a login is useless
  async save(logins) {
    await writeFile(`${SECRET_FILE}.new`, JSON.stringify(logins), { mode: 0o600 })
    await rename(`${SECRET_FILE}.new`, SECRET_FILE)
  },
})

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

if ((await store.read(OSA_NODE)) === null) {
  await login({
    server: OSA_NODE,
    store,
    deviceName: 'archive watcher',
    signal: stop.signal,
    onVerification: ({ verificationUri, userCode }) => console.error(`Open ${verificationUri} and type ${userCode}`),
  })
}

const osa = createOsaClient({
  server: OSA_NODE,
  auth: storedCredentials({ store }),
  signal: stop.signal,
  userAgent: 'archive-watcher/1',
})
try {
  for (let round = 1; round <= Number(ROUNDS); round++) {
    const [me, conventions] = await Promise.all([osa.me.query(), osa.conventions.list.query()])
    console.log(`${me.display_name ?? me.external_id}: ${conventions.length} convention(s)`)
    if (round < Number(ROUNDS)) await sleep(Number(PAUSE_MS), undefined, { signal: stop.signal })
  }
} catch (error) {
  // the session was ended, and only a person can start a new one
  if (isOsaError(error, 'session_ended')) process.exitCode = 4
  else if (!stop.signal.aborted) throw error
}
