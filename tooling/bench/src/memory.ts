/** Resident memory of a process in MB, from /proc (Linux). */
import { readFileSync } from 'node:fs'

export const residentMegabytes = (pid: number): number => {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error(`no memory figure for process ${pid}`)
  return Math.round(Number(kilobytes) / 1024)
}
