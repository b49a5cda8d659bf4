/** Runs two processes of one node on one database. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { type NodeProcess, startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface Pair {
  readonly one: NodeProcess
  readonly two: NodeProcess
  /** The address of the second process. Its public address is that of the first. */
  readonly twoUrl: string
  readonly settings: Record<string, string>
}

/** Starts both on a new database and stops them after `work`. `ofSecond` are additional settings of the second process. */
export async function withTwoNodes(
  more: Record<string, string>,
  work: (pair: Pair) => Promise<void>,
  ofSecond: Record<string, string> = {},
) {
  await using folder = await temporaryFolder()
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const settings = {
    DATABASE_URL: databaseUrl,
    OSA_SECRET: randomBytes(32).toString('base64url'),
    OSA_DATA_DIR: join(folder.path, 'data'),
    ...more,
  }
  await using one = await startNode(settings)
  const port = await freePort()
  await using two = await startNode({ ...settings, ...ofSecond, PORT: String(port), OSA_PUBLIC_URL: one.url })
  await work({ one, two, twoUrl: `http://127.0.0.1:${port}`, settings })
}

/** Lets tests use any client address. Nobody can sign in, because the provider, which a trusted proxy requires, is unreachable. */
export const behindProxy = {
  OSA_TRUSTED_PROXIES: '127.0.0.1',
  OSA_OIDC_ISSUER: 'http://127.0.0.1:9',
  OSA_OIDC_CLIENT_ID: 'nobody',
  OSA_OIDC_CLIENT_SECRET: 'nobody-signs-in-here',
}
