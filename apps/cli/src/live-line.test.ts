import { expect, test, vi } from 'vitest'
import { createLiveLine } from './live-line.ts'

/** A live line on a terminal; `shown()` is the text since the line was last cleared. */
function setUp() {
  vi.useFakeTimers()
  const written: string[] = []
  const output = { columns: 40, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream
  const look = { isUnicode: true, hasColour: false, hasLinks: false }
  const line = createLiveLine({ output, look, clean: (text) => text })
  const shown = (): string => written.join('').split('\r\u001b[K').at(-1) ?? ''
  return { line, written, shown, [Symbol.dispose]: () => void vi.useRealTimers() }
}

test('the line is hidden while a question is open, and returns after the answer', async () => {
  using at = setUp()
  const { promise, resolve } = Promise.withResolvers<void>()
  const drawn = at.line.start(() => 'Verifying')
  expect(at.shown()).toContain('Verifying')
  const asked = at.line.away(() => promise)
  expect(at.shown()).toBe('')
  const before = at.written.length
  vi.advanceTimersByTime(2000)
  expect(at.written.length).toBe(before)
  resolve()
  await asked
  vi.advanceTimersByTime(250)
  expect(at.shown()).toContain('Verifying')
  drawn.stop()
  expect(at.shown()).toBe('')
})

test('the later of two lines is drawn until it stops, and stopping it twice does not stop the other', () => {
  using at = setUp()
  const outer = at.line.start(() => 'outer')
  const inner = at.line.start(() => 'inner')
  vi.advanceTimersByTime(500)
  expect(at.shown()).toContain('inner')
  inner.stop()
  inner.stop()
  vi.advanceTimersByTime(250)
  expect(at.shown()).toContain('outer')
  outer.stop()
  vi.advanceTimersByTime(500)
  expect(at.shown()).toBe('')
})
