/** CPU time and memory of processes, read from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs'

/** `USER_HZ`, which is 100 on every Linux that Node.js runs on. */
const ticksPerSecond = 100

function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // the second field is the name in parentheses, which may contain spaces
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

const microseconds = (...ticks: (string | undefined)[]): number =>
  (ticks.reduce((sum, tick) => sum + Number(tick), 0) * 1e6) / ticksPerSecond

/** Returns the CPU time of one process so far, in µs. */
export function cpuOf(pid: number): number {
  const stat = statOf(pid)
  return microseconds(stat[11], stat[12])
}

/** Returns the CPU time of a process and of its children, including those that have ended, in µs. */
export function cpuOfFamily(pid: number): number {
  const own = statOf(pid)
  const living = childrenOf(pid).map((child) => microseconds(child[11], child[12]))
  return microseconds(own[11], own[12], own[13], own[14]) + living.reduce((sum, time) => sum + time, 0)
}

const childrenOf = (pid: number): string[][] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return statOf(Number(name))
      } catch {
        return [] // it has just ended, and its parent's time includes it
      }
    })
    .filter((stat) => Number(stat[1]) === pid)

/** Returns the resident memory of a process in MB. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error(`no memory figure for process ${pid}`)
  return Number(kilobytes) / 1024
}
