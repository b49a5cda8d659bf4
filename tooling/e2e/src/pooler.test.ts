/** Two nodes with a database behind a pooler: their guarantees must not depend on the connection that a statement uses. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { approved, clientAt, documentOf, errorOf, redeemed } from './flow-operations.ts'
import { startNode } from './node-process.ts'
import { startPgBouncer } from './pgbouncer.ts'
import { temporaryFolder } from './temporary-folder.ts'

test.each([
  ['session', 60],
  ['transaction', 3],
] as const)(
  'B07 G02 through PgBouncer in %s mode, two nodes sign people in, and each code and each token works once',
  async (mode, connections) => {
    await using folder = await temporaryFolder()
    const databaseUrl = await createSharedDatabase({ migrated: true })
    await using pooler = await startPgBouncer(databaseUrl, mode, connections)
    const settings = {
      DATABASE_URL: pooler.url,
      OSA_SECRET: randomBytes(32).toString('base64url'),
      OSA_DATA_DIR: join(folder.path, 'data'),
    }
    await using one = await startNode(settings)
    const port = await freePort()
    await using _two = await startNode({ ...settings, PORT: String(port), OSA_PUBLIC_URL: one.url })
    const [here, there] = [clientAt(one.url), clientAt(`http://127.0.0.1:${port}`)]

    const starts = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? here : there).start()))
    expect(new Set(starts.map(({ status }) => status))).toEqual(new Set([200]))
    const sessions = await Promise.all(Array.from({ length: 8 }, () => redeemed(clientAt(one.url))))
    for (const { refreshToken } of sessions) expect((await there.refresh(refreshToken)).status).toBe(200)

    const { deviceCode } = await approved(here)
    const polls = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? here : there).poll(deviceCode)))
    const tokens = polls.filter(({ status }) => status === 200).map(documentOf)
    expect(tokens).toHaveLength(1)
    expect(new Set(polls.filter(({ status }) => status !== 200).map(errorOf))).toEqual(new Set(['invalid_grant']))
    const [{ refresh_token: token = '' } = {}] = tokens
    const refreshes = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? here : there).refresh(token)),
    )
    expect(new Set(refreshes.map((answer) => documentOf(answer).refresh_token)).size).toBe(1)
  },
)
