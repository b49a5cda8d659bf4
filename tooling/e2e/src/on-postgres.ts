/** Nodes on a new database of the PostgreSQL that the test run shares. */
import { join } from 'node:path'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { afterAll, beforeAll } from 'vitest'
import { type NodeProcess, startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Returns the settings of a node on a new database, with its files in `folder`. */
export async function onPostgres(
  folder: { readonly path: string },
  more: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  return {
    DATABASE_URL: await createSharedDatabase({ migrated: true }),
    OSA_DATA_DIR: join(folder.path, 'data'),
    ...more,
  }
}

/** Starts a node on a new database before the tests of a file and stops it after them. `folder` is removed with it. */
export function nodeForThisFile(): Pick<NodeProcess, 'url' | 'output'> & { readonly folder: string } {
  const stack = new AsyncDisposableStack()
  let folder = ''
  let node: NodeProcess | null = null
  const started = (): NodeProcess => {
    if (node === null) throw new Error('the node is started by beforeAll')
    return node
  }
  beforeAll(async () => {
    const temporary = stack.use(await temporaryFolder())
    folder = temporary.path
    node = stack.use(await startNode(await onPostgres(temporary)))
  })
  afterAll(() => stack.disposeAsync())
  return {
    get url() {
      return started().url
    },
    get folder() {
      return folder
    },
    output: () => started().output(),
  }
}
