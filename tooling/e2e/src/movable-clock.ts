/** A clock that a test can change while nodes are running. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { repository } from './node-process.ts'

/** Nodes with its `settings` are ahead of the real time by the number of seconds that was last `set`; initially 0. */
export function movableClock(folder: string) {
  const file = join(folder, 'clock')
  writeFileSync(file, '0')
  return {
    settings: {
      NODE_OPTIONS: `--import=${pathToFileURL(join(repository, 'tooling/e2e/src/shifted-clock.ts')).href}`,
      SHIFTED_CLOCK_FILE: file,
    },
    async set(seconds: number): Promise<void> {
      // replaced atomically: a node could read a half-written file as empty, which means no shift
      writeFileSync(`${file}.next`, String(seconds))
      renameSync(`${file}.next`, file)
      await delay(50) // longer than a node caches the value
    },
  }
}
