/** L08: a node uses the time of the database, unless the two clocks are too far apart. */
import { expect, test } from 'vitest'
import { createNodeClock } from './node-clock.ts'

/** A database whose clock is ahead of this machine by `ahead.seconds`. */
function world() {
  const ahead = { seconds: 0 }
  const farOff: number[] = []
  const time = async () => new Date(Date.now() + ahead.seconds * 1000)
  const clock = createNodeClock(time, (seconds) => void farOff.push(seconds))
  const follow = async (seconds: number) => {
    ahead.seconds = seconds
    await clock.follow()
    return Math.round((clock.now().getTime() - Date.now()) / 1000)
  }
  return { clock, follow, farOff }
}

test('L08 a difference within the tolerance is corrected, in either direction and again when it changes', async () => {
  const { follow, farOff } = world()
  for (const seconds of [0, 20, -20, 59, -59, 1, 0]) expect(await follow(seconds)).toBe(seconds)
  expect(farOff).toEqual([])
})

test('L08 a larger difference is not corrected but reported', async () => {
  const { follow, farOff } = world()
  await follow(20)
  for (const seconds of [61, -61, 3_600, -86_400]) expect(await follow(seconds)).toBe(0)
  expect(farOff).toEqual([61, -61, 3_600, -86_400])
})

test('a difference that latency can explain is ignored', async () => {
  const { clock, follow } = world()
  await follow(0.2)
  expect(clock.now().getTime() - Date.now()).toBeLessThan(100)
})

test('if the database does not answer, the last correction remains', async () => {
  const answers = [Date.now() + 30_000]
  const clock = createNodeClock(
    async () => {
      const ms = answers.shift()
      if (ms === undefined) throw new Error('unreachable')
      return new Date(ms)
    },
    () => undefined,
  )
  await clock.follow()
  await expect(clock.follow()).rejects.toThrow('unreachable')
  expect(Math.round((clock.now().getTime() - Date.now()) / 1000)).toBe(30)
})
