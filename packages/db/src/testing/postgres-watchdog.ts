/**
 * Runs as a separate process for each test server, and waits for its standard input to end. That happens when the test run closes it or is
 * killed. It then ends the server and removes its files.
 *
 * Usage: node postgres-watchdog.ts <server directory>
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const [, , directory] = process.argv
if (directory === undefined) throw new Error('the server directory is missing')

const serverProcess = async (): Promise<number | null> => {
  try {
    return Number.parseInt(await readFile(join(directory, 'postmaster.pid'), 'utf8'), 10)
  } catch {
    return null // no such file: the server is not running
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false // no such process
  }
}

// Ctrl-C in a terminal reaches this process too, and must not end it before it has cleaned up
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

for await (const _ of process.stdin);
const pid = await serverProcess()
if (pid !== null && isAlive(pid)) {
  process.kill(pid, 'SIGQUIT')
  for (let waits = 0; waits < 6_000 && isAlive(pid); waits++) await wait(100)
}
await rm(directory, { recursive: true, force: true })
