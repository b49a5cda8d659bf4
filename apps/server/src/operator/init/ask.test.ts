import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openQuestions } from './ask.ts'

test('after Ctrl-Z and fg a question still waits for its answer', async () => {
  const stdin = new PassThrough()
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    process.emit('SIGCONT', 'SIGCONT')
    return true
  })
  onTestFinished(() => kill.mockRestore())
  using questions = openQuestions({ stdin, stderr: new PassThrough() } as unknown as Parameters<
    typeof openQuestions
  >[0])
  const answer = questions.ask('Which address?', { hidden: false })
  stdin.write('archive\u001a')
  await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, 'SIGTSTP'))
  stdin.write('.example\r')
  expect(await answer).toBe('archive.example')
})
