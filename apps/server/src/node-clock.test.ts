/** L08: the time of a node is the database's, as long as the machine is not far off. */
import { expect, test } from 'vitest'
import { createNodeClock } from './node-clock.ts'

/** A database whose clock is ahead of this machine's by `ahead.seconds`. */
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

test('L08 a difference up to the tolerance is made up for, in either direction and again when it changes', async () => {
  const { follow, farOff } = world()
  for (const seconds of [0, 20, -20, 59, -59, 1, 0]) expect(await follow(seconds)).toBe(seconds)
  expect(farOff).toEqual([])
})

test('L08 a clock that is further off is believed as it is, and told', async () => {
  const { follow, farOff } = world()
  await follow(20)
  for (const seconds of [61, -61, 3_600, -86_400]) expect(await follow(seconds)).toBe(0)
  expect(farOff).toEqual([61, -61, 3_600, -86_400])
})

test('what the way to the database may explain changes nothing', async () => {
  const { clock, follow } = world()
  await follow(0.2)
  expect(clock.now().getTime() - Date.now()).toBeLessThan(100)
})

test('a database that does not answer leaves the last correction', async () => {
  const answers = [Date.now() + 30_000]
  const clock = createNodeClock(
    async () => {
      const ms = answers.shift()
      if (ms === undefined) throw new Error('away')
      return new Date(ms)
    },
    () => undefined,
  )
  await clock.follow()
  await expect(clock.follow()).rejects.toThrow('away')
  expect(Math.round((clock.now().getTime() - Date.now()) / 1000)).toBe(30)
})
