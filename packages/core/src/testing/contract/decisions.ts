/** Notices of decisions: sent after the commit, never after a rollback, and only to the listeners for that code. */
import { expect, test, vi } from 'vitest'
import type { AuthStore } from '../../auth/store.ts'
import type { OpenStore } from '../auth-store-contract.ts'
import { freshSha256 } from '../sample-rows.ts'

export function decisionContract(open: OpenStore): void {
  test('all listeners for a code, and no others, are notified of its decision once it is committed', async () => {
    await using opened = await open()
    const { store } = opened
    const [decided, other] = [freshSha256(), freshSha256()]
    const [first, second, bystander] = [vi.fn(), vi.fn(), vi.fn()]
    store.listenForDecision(decided, first)
    store.listenForDecision(decided, second)
    store.listenForDecision(other, bystander)
    await becomesQuiet(store, [first, second, bystander])
    const callsBeforeCommit = await store.transaction(async (tx) => {
      await tx.announceDecision(decided)
      return first.mock.calls.length
    })
    expect(callsBeforeCommit).toBe(0)
    await vi.waitFor(() => expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1]), patience)
    expect(bystander).not.toHaveBeenCalled()
  })

  test('a decision that was rolled back, or comes after the listening has ended, causes no notice', async () => {
    await using opened = await open()
    const { store } = opened
    const [undone, ended, last] = [freshSha256(), freshSha256(), freshSha256()]
    const [onUndone, onEnded, onLast] = [vi.fn(), vi.fn(), vi.fn()]
    store.listenForDecision(undone, onUndone)
    const end = store.listenForDecision(ended, onEnded)
    store.listenForDecision(last, onLast)
    await becomesQuiet(store, [onUndone, onEnded, onLast])
    end()
    const failing = store.transaction(async (tx) => {
      await tx.announceDecision(undone)
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    await store.transaction((tx) => tx.announceDecision(ended))
    await store.transaction((tx) => tx.announceDecision(last))
    // notices arrive in the order of their commits: after the last one, no other can follow
    await vi.waitFor(() => expect(onLast).toHaveBeenCalledTimes(1), patience)
    expect([onUndone.mock.calls.length, onEnded.mock.calls.length]).toEqual([0, 0])
  })
}

const patience = { timeout: 300_000, interval: 20 }

/** Waits until the store is listening. It then calls all listeners once; each later call is a notice. */
async function becomesQuiet(store: AuthStore, listeners: readonly ReturnType<typeof vi.fn>[]): Promise<void> {
  const probe = freshSha256()
  const onProbe = vi.fn()
  const end = store.listenForDecision(probe, onProbe)
  await vi.waitFor(async () => {
    await store.transaction((tx) => tx.announceDecision(probe))
    expect(onProbe).toHaveBeenCalled()
  }, patience)
  end()
  for (const listener of listeners) listener.mockClear()
}
