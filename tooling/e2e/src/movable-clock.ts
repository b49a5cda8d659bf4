/** A clock that a test moves under running nodes. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { repository } from './node-process.ts'

/** Nodes with its `settings` are as many seconds ahead of the real time as it was last `set` to; at first none. */
export function movableClock(folder: string) {
  const file = join(folder, 'clock')
  writeFileSync(file, '0')
  return {
    settings: {
      NODE_OPTIONS: `--import=${pathToFileURL(join(repository, 'tooling/e2e/src/shifted-clock.ts')).href}`,
      SHIFTED_CLOCK_FILE: file,
    },
    async set(seconds: number): Promise<void> {
      // in one step: of a file that is being written a node might read nothing, which is no shift at all
      writeFileSync(`${file}.next`, String(seconds))
      renameSync(`${file}.next`, file)
      await delay(50) // longer than what a node has read of it counts
    },
  }
}
