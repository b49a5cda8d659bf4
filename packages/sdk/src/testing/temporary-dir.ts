/** A private folder that is removed with the test. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that is removed on disposal. */
export interface TemporaryDir extends AsyncDisposable {
  readonly path: string
}

/** Creates an empty folder, mode 0700. Remove it with `await using`. */
export async function makeTemporaryDir(): Promise<TemporaryDir> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'osa-test-')))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
