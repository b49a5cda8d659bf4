/** Ends the helper when the process that waits for it has ended, even if that was killed and the helper's main thread hangs in a native call. */
import { Worker } from 'node:worker_threads'

const everyMs = 250

/** Runs in a worker thread, because a hung D-Bus blocks the main thread. */
const source = `
const { workerData: parent } = require('node:worker_threads')
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, ${everyMs})
`

/**
 * Starts watching `parent`, the id of the process that started this one. When it ends, the system gives this process another parent id. Does
 * nothing on Windows, where no bus can hang.
 */
export function watchForOrphanhood(parent: number): void {
  if (process.platform !== 'win32') new Worker(source, { eval: true, workerData: parent }).unref()
}
