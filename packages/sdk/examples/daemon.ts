/**
 * A program that runs for months: it signs in once, with a person's help, and renews that login itself. It keeps the login in a place of its
 * own; here that is a file, in life a secret manager or a table. A program with a disk of its own needs no store: give `login` and
 * `storedCredentials` a `configDir`.
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
  // as a whole or not at all: half a login is none
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
  // somebody has ended it: only a person can begin another one
  if (isOsaError(error, 'session_ended')) process.exitCode = 4
  else if (!stop.signal.aborted) throw error
}
