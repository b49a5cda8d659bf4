import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBatcher } from './batcher.ts'

/** A `run` whose batches the test ends by hand. */
function heldRun() {
  const batches: { items: readonly string[]; end: (error?: Error) => void }[] = []
  const run = (items: readonly string[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      batches.push({ items, end: (error) => (error ? reject(error) : resolve(items.map((item) => `${item} done`))) })
    })
  return { batches, run }
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('batcher', () => {
  test('calls made in one turn of the event loop share a batch, and calls made while it runs share the next', async () => {
    const { batches, run } = heldRun()
    const batcher = createBatcher({ run, maxItems: 10 })
    const [first, beside] = [batcher('a'), Promise.resolve().then(() => batcher('a2'))]
    await settle()
    expect(batches.map(({ items }) => items)).toEqual([['a', 'a2']])
    const others = ['b', 'c', 'd'].map((item) => batcher(item))
    expect(batches).toHaveLength(1)
    batches[0]?.end()
    expect(await Promise.all([first, beside])).toEqual(['a done', 'a2 done'])
    await settle()
    expect(batches[1]?.items).toEqual(['b', 'c', 'd'])
    batches[1]?.end()
    expect(await Promise.all(others)).toEqual(['b done', 'c done', 'd done'])
  })

  test('a call aborted while it waits never runs, and one aborted while it runs rejects at once', async () => {
    const { batches, run } = heldRun()
    const batcher = createBatcher({ run, maxItems: 10 })
    const [running, waiting] = [new AbortController(), new AbortController()]
    const first = batcher('a', running.signal)
    await settle()
    const second = batcher('b', waiting.signal)
    running.abort(new Error('no longer needed'))
    waiting.abort(new Error('not needed'))
    await expect(first).rejects.toThrow('no longer needed')
    await expect(second).rejects.toThrow('not needed')
    await expect(batcher('c', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
    batches[0]?.end()
    await settle()
    expect(batches).toHaveLength(1)
  })

  test('a failed batch is not repeated if its work may have been done', async () => {
    const { batches, run } = heldRun()
    const batcher = createBatcher({ run, maxItems: 10, mayRepeat: () => false })
    const outcomes = Promise.allSettled(['a', 'b', 'c'].map((item) => batcher(item)))
    await settle()
    batches[0]?.end(new Error('connection lost'))
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(batches).toHaveLength(1)
  })

  test('a wrong number of outcomes fails every call of the batch', async () => {
    const batcher = createBatcher<string, string>({ run: async () => [], maxItems: 10 })
    await expect(batcher('a')).rejects.toThrow('a batch of 1 items returned 0 outcomes')
  })

  const call = fc.record({
    key: fc.integer({ min: 0, max: 5 }),
    bad: fc.boolean(),
    pause: fc.integer({ min: 0, max: 3 }),
  })

  test('property: each call gets its own outcome, batches stay within bounds, and calls with the same key run in order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 3 }),
        async (plan, maxItems, maxBatches) => {
          type Item = { index: number; key: number; bad: boolean }
          let batches = 0
          const running = new Set<number>()
          const done: Item[] = []
          const batcher = createBatcher<Item, number>({
            maxItems,
            maxBatches,
            keyOf: ({ key }) => String(key),
            async run(items) {
              batches += 1
              expect(batches).toBeLessThanOrEqual(maxBatches)
              expect(items.length).toBeLessThanOrEqual(maxItems)
              for (const { key } of items) {
                expect(running.has(key)).toBe(false)
                running.add(key)
              }
              await settle()
              for (const { key } of items) running.delete(key)
              batches -= 1
              if (items.some(({ bad }) => bad)) throw new Error(`bad among ${items.length}`)
              done.push(...items)
              return items.map(({ index }) => index)
            },
          })
          const calls: Promise<number>[] = []
          for (const [index, { key, bad, pause }] of plan.entries()) {
            for (let turn = 0; turn < pause; turn++) await settle()
            const outcome = batcher({ index, key, bad })
            outcome.catch(() => undefined)
            calls.push(outcome)
          }
          const outcomes = await Promise.allSettled(calls)
          for (const [index, outcome] of outcomes.entries()) {
            if (plan[index]?.bad) expect(outcome.status).toBe('rejected')
            else expect(outcome).toEqual({ status: 'fulfilled', value: index })
          }
          for (const key of new Set(done.map((item) => item.key))) {
            const order = done.filter((item) => item.key === key).map(({ index }) => index)
            expect(order).toEqual(order.toSorted((a, b) => a - b))
          }
        },
      ),
      { numRuns: 200 },
    ))
})
