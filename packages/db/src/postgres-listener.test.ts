/** Notices of decisions across processes and across restarts of PostgreSQL. */
import { freshSha256 } from '@osa/core/testing'
import { expect, test, vi } from 'vitest'
import { openDatabase } from './index.ts'
import { openTestDatabase, runOn, startPostgres } from './testing/index.ts'

const patience = { timeout: 300_000, interval: 50 }
const listenerConnections = `select count(*)::int as count from pg_stat_activity where application_name = 'osa decisions' and datname = current_database()`

test('a decision in one process notifies all listeners in another, which share one connection', async () => {
  await using here = await openTestDatabase('postgres')
  const there = await openDatabase({ databaseUrl: here.databaseUrl ?? '' })
  expect((await here.query({ text: listenerConnections })).rows, 'no listener yet').toEqual([{ count: 0 }])
  const hashes = Array.from({ length: 50 }, freshSha256)
  const listeners = hashes.map((hash) => {
    const onNotice = vi.fn()
    here.store.listenForDecision(hash, onNotice)
    return onNotice
  })
  await vi.waitFor(() => expect(listeners.at(-1)).toHaveBeenCalled(), patience) // once, when listening starts
  expect((await here.query({ text: listenerConnections })).rows).toEqual([{ count: 1 }])
  for (const hash of hashes) await there.store.transaction((tx) => tx.announceDecision(hash))
  await vi.waitFor(() => expect(listeners.map(({ mock }) => mock.calls.length)).toEqual(hashes.map(() => 2)), patience)
  await there.close()
})

test('after a restart of PostgreSQL, listeners are notified once so that they look up missed decisions, and then of each decision', async () => {
  await using server = await startPostgres()
  const lines: string[] = []
  const database = await openDatabase({ databaseUrl: server.url(), log: (line) => lines.push(line) })
  const hash = freshSha256()
  const onNotice = vi.fn()
  database.store.listenForDecision(hash, onNotice)
  await vi.waitFor(() => expect(onNotice).toHaveBeenCalledTimes(1), patience)
  await server.stop()
  await vi.waitFor(() => expect(lines.join('\n')).toMatch(/cannot listen for decisions/), patience)
  await server.start()
  await vi.waitFor(() => expect(onNotice, 'once after the gap').toHaveBeenCalledTimes(2), patience)
  await database.store.transaction((tx) => tx.announceDecision(hash))
  await vi.waitFor(() => expect(onNotice).toHaveBeenCalledTimes(3), patience)
  expect(lines.join('\n')).not.toContain(new URL(server.url()).password)
  await database.close()
})

test('closing a database while its listener is starting or reconnecting leaves no connection open', async () => {
  await using keeper = await openTestDatabase('postgres')
  const databaseUrl = keeper.databaseUrl ?? ''
  for (const isLost of [false, true]) {
    const database = await openDatabase({ databaseUrl })
    const onNotice = vi.fn()
    database.store.listenForDecision(freshSha256(), onNotice)
    if (isLost) {
      await vi.waitFor(() => expect(onNotice).toHaveBeenCalled(), patience)
      await runOn(
        databaseUrl,
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'osa decisions' and datname = current_database()`,
      )
    }
    await database.close()
    await vi.waitFor(
      async () => expect((await keeper.query({ text: listenerConnections })).rows).toEqual([{ count: 0 }]),
      patience,
    )
  }
})
