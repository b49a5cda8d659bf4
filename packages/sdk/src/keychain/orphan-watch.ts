/** Ends the helper when the process that waits for it is gone, even if it was killed and the helper's main thread hangs in a native call. */
import { Worker } from 'node:worker_threads'

const everyMs = 250

/** Runs beside the main thread: a hung D-Bus blocks the thread that asked, and only that one. */
const source = `
const { workerData: parent } = require('node:worker_threads')
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, ${everyMs})
`

/**
 * Starts watching the process `parent`, which started this one. An orphan is adopted by another process, which shows in its parent's id
 * (not on Windows, which has no bus to hang).
 */
export function watchForOrphanhood(parent: number): void {
  if (process.platform !== 'win32') new Worker(source, { eval: true, workerData: parent }).unref()
}
