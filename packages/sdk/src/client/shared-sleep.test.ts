import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { oncePerTurn, sharedSleep } from './shared-sleep.ts'

describe('a shared sleep', () => {
  test('ends for all callers in the same turn, whenever they started', async () => {
    const sleep = sharedSleep(30)
    const turn = oncePerTurn(() => ({}))
    const first = sleep(null).then(turn)
    await delay(5)
    const second = sleep(null).then(turn)
    expect(await first).toBe(await second)
  })

  test('ends early only for callers whose signal fires', async () => {
    const sleep = sharedSleep(20)
    const caller = new AbortController()
    const waits = [sleep(caller.signal), sleep(null)]
    caller.abort()
    expect(await Promise.allSettled(waits)).toMatchObject([
      { status: 'rejected', reason: { code: 'aborted' } },
      { status: 'fulfilled' },
    ])
  })

  test('starts again for a caller that comes after all others have cancelled', async () => {
    const sleep = sharedSleep(10)
    await expect(sleep(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' })
    await sleep(null)
  })
})

describe('a value once per turn', () => {
  test('is the same during one turn, including its microtasks, and another in the next', async () => {
    let made = 0
    const value = oncePerTurn(() => ++made)
    expect([value(), await Promise.resolve().then(value)]).toEqual([1, 1])
    await delay(5)
    expect(value()).toBe(2)
  })
})
