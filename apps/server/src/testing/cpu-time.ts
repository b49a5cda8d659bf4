/**
 * Starts to measure processor time, which other programs on the machine do not affect. The returned function tells how many milliseconds this
 * process has used since.
 */
export function startCpuTime(): () => number {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  }
}
