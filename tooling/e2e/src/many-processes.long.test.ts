/** Many processes use one stored login at once: one of them renews it, and all of them work (K32). */
import { dirname, join } from 'node:path'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { createStoredTokens, openCredentialStore, openNetwork, systemClock } from '@osa/sdk/internal'
import { startKeyringSession } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { startMeasuredNode } from './measured-node.ts'
import { onPostgres } from './on-postgres.ts'
import { runOsa, spawnOsa } from './osa-process.ts'
import { ageLogin, credentialsPath, entryOf, logIn, writeEntries } from './stored-login.ts'
import { startTappedProxy } from './tapped-proxy.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('K32 sixty osa processes with an expired token refresh once, and all succeed', async () => {
  await using folder = await temporaryFolder()
  const databaseUrl = await createSharedDatabase({ migrated: true })
  await using node = await startMeasuredNode({ DATABASE_URL: databaseUrl, OSA_DATA_DIR: join(folder.path, 'data') })
  const { url } = node
  const options = { home: join(folder.path, 'home') }
  await logIn(url, options)
  ageLogin(options.home, url)
  const startedAt = performance.now()
  const runs = await Promise.all(Array.from({ length: 60 }, () => runOsa(['whoami', '--server', url], options)))
  console.info(`60 processes: ${Math.round(performance.now() - startedAt)} ms`)
  expect(runs.filter(({ code }) => code !== 0)).toEqual([])
  for (const { stdout } of runs) expect(stdout).toContain('Josiah Carberry')
  expect(await node.refreshes()).toBe(1)
})

test('K23 K32 forty osa processes with an expired login in a keyring refresh once, and all succeed', async () => {
  await using folder = await temporaryFolder()
  await using session = await startKeyringSession()
  await using node = await startMeasuredNode(await onPostgres(folder))
  const { url } = node
  const env = { ...session.env, OSA_CREDENTIAL_STORE: 'keychain' }
  const options = { home: session.home, env }
  await logIn(url, options)
  const store = openCredentialStore({ dir: dirname(credentialsPath(session.home)), clock: systemClock, env })
  const login = await store.read(url)
  if (!login) throw new Error('no login')
  await (await store.reserve(url)).commit({ ...login, expiresAt: 1 })
  const startedAt = performance.now()
  const runs = await Promise.all(Array.from({ length: 40 }, () => runOsa(['whoami', '--server', url], options)))
  console.info(`40 processes with a keyring: ${Math.round(performance.now() - startedAt)} ms`)
  expect(runs.filter(({ code }) => code !== 0)).toEqual([])
  expect(await node.refreshes()).toBe(1)
  expect(entryOf(session.home, url)).toMatchObject({ storage: 'keychain' })
})

test('K32 SDK clients in one process and concurrent osa processes share one refresh', async () => {
  await using folder = await temporaryFolder()
  await using node = await startMeasuredNode(await onPostgres(folder))
  const { url } = node
  const options = { home: join(folder.path, 'home') }
  await logIn(url, options)
  // separate stores and sessions, as of several libraries in one process
  const sessions = Array.from({ length: 4 }, () => {
    const store = openCredentialStore({ dir: dirname(credentialsPath(options.home)), clock: systemClock })
    return createStoredTokens({ store, network: openNetwork(), clock: systemClock })
  })
  for (let round = 1; round <= 3; round++) {
    ageLogin(options.home, url)
    const processes = Array.from({ length: 10 }, () => runOsa(['whoami', '--server', url], options))
    const tokens = await Promise.all(
      sessions.flatMap((session) => Array.from({ length: 10 }, () => session.getFreshToken(url))),
    )
    expect(new Set(tokens)).toEqual(new Set([entryOf(options.home, url).access_token]))
    for (const { code, stderr } of await Promise.all(processes)) expect([code, stderr]).toEqual([0, ''])
    expect(await node.refreshes()).toBe(round)
  }
})

test('K32 K35 suspending a command just after the node has renewed its token does not end the session', async () => {
  await using folder = await temporaryFolder()
  await using node = await startMeasuredNode(await onPostgres(folder))
  await using proxy = await startTappedProxy(node.url)
  const { url } = proxy
  const options = { home: join(folder.path, 'home') }
  await logIn(node.url, options)
  writeEntries(options.home, { [url]: entryOf(options.home, node.url) })
  ageLogin(options.home, url)
  const suspended = spawnOsa(['whoami', '--server', url], options)
  await new Promise<void>((done) => {
    proxy.onAnswered = () => {
      proxy.onAnswered = () => undefined
      suspended.child.kill('SIGSTOP')
      done()
    }
  })
  // waits for the lock until its holder has been silent long enough to count as dead
  expect(await runOsa(['whoami', '--server', url], options)).toMatchObject({ code: 0 })
  suspended.child.kill('SIGCONT')
  expect([await suspended.ended, suspended.stderr()]).toEqual([0, ''])
  ageLogin(options.home, url)
  expect(await runOsa(['whoami', '--server', url], options)).toMatchObject({ code: 0 })
})
