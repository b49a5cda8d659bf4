import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ask } from './prompt.ts'

test('after Ctrl-Z and fg a question still waits for its answer', async () => {
  const input = new PassThrough()
  const output = Object.assign(new PassThrough(), { isTTY: true })
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    process.emit('SIGCONT', 'SIGCONT')
    return true
  })
  onTestFinished(() => kill.mockRestore())
  const streams = { input, output } as unknown as { input: NodeJS.ReadStream; output: NodeJS.WriteStream }
  const answer = ask('Go on?', { ...streams, signal: AbortSignal.timeout(10_000) })
  input.write('ye\u001a')
  await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, 'SIGTSTP'))
  input.write('s\r')
  expect(await answer).toBe('yes')
})
