/** Which look-ups share a statement, and what a failed statement means for each of them. */
import { expect, test } from 'vitest'
import { lookUps } from './batched.ts'
import { DatabaseRefusal, DatabaseUnavailable } from './database-errors.ts'

/** Looks up the squares of non-negative numbers. If `failure` is given, the first statement fails with it. */
function squares(failure?: Error) {
  const statements: (readonly number[])[] = []
  const find = lookUps<number, { root: number; square: number }>(
    async (roots) => {
      statements.push(roots)
      await new Promise((resolve) => setImmediate(resolve))
      if (failure && statements.length === 1) throw failure
      return roots.filter((root) => root >= 0).map((root) => ({ root, square: root * root }))
    },
    ({ root }) => root,
  )
  return { find, statements }
}

test('concurrent look-ups share one statement, and each gets its own row or null', async () => {
  const { find, statements } = squares()
  const found = await Promise.all([3, -1, 4, 4].map((root) => find(root)))
  expect(found.map((row) => row?.square)).toEqual([9, undefined, 16, 16])
  expect(statements).toEqual([[3, -1, 4, 4]])
})

test.each([new DatabaseRefusal({ code: '22P02' }), new DatabaseUnavailable('40P01'), new DatabaseUnavailable('40001')])(
  'a failed batch that changed nothing is repeated item by item: $message',
  async (failure) => {
    const { find, statements } = squares(failure)
    const found = await Promise.all([1, 2, 3].map((root) => find(root)))
    expect(found.map((row) => row?.square)).toEqual([1, 4, 9])
    expect(statements).toEqual([[1, 2, 3], [1], [2], [3]])
  },
)

test.each([new DatabaseUnavailable('08006'), new DatabaseUnavailable('57014'), new Error('a defect')])(
  'a failed batch that may have changed something, or that timed out, fails as a whole: $message',
  async (failure) => {
    const { find, statements } = squares(failure)
    const outcomes = await Promise.allSettled([1, 2, 3].map((root) => find(root)))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(outcomes[2]).toMatchObject({ reason: failure })
    expect(statements).toEqual([[1, 2, 3]])
  },
)
