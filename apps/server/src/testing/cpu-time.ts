/** What work costs, told without a clock: other programs on the machine do not count. */

/** Starts to count; the answer tells the milliseconds of processor time that this process has spent since. */
export function startCpuTime(): () => number {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  }
}
