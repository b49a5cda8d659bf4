/** Behind a pooler, session settings of a connection do not always apply. The defaults of the database role must not matter then. */
import { join } from 'node:path'
import { runOn, startPostgres } from '@osa/db/testing'
import { expect, test } from 'vitest'
import { clientAt, redeemed } from './flow-operations.ts'
import { startNode } from './node-process.ts'
import { startPgBouncer } from './pgbouncer.ts'
import { temporaryFolder } from './temporary-folder.ts'

const settings = ["DateStyle = 'German'", "default_transaction_isolation = 'serializable'", "TimeZone = 'Asia/Kolkata'"]

test.each(['session', 'transaction'] as const)(
  'through PgBouncer in %s mode, sign-ins work for a role with another default DateStyle and isolation level',
  async (mode) => {
    await using folder = await temporaryFolder()
    await using postgres = await startPostgres()
    for (const setting of settings) await runOn(postgres.url(), `alter role postgres set ${setting}`)
    await using pooler = await startPgBouncer(postgres.url(), mode, 30)
    await using node = await startNode({ DATABASE_URL: pooler.url, OSA_DATA_DIR: join(folder.path, 'data') })
    const sessions = await Promise.all(Array.from({ length: 8 }, () => redeemed(clientAt(node.url))))
    for (const { refreshToken } of sessions) expect((await clientAt(node.url).refresh(refreshToken)).status).toBe(200)
  },
)
