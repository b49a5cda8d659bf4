/** `start`: runs the node in the foreground, as `npm start` and the container image do. */
import { loadRun } from '../bundle.ts'
import type { OperatorCommand } from './command.ts'

export const start: OperatorCommand = {
  name: 'start',
  summary: 'Run the node in the foreground',
  positionals: '',
  options: {},
  example: 'osa-server start --settings /etc/osa/osa.env',
  prepare: () => async (io) => {
    const { run } = await loadRun()
    await run(io)
    return { text: '', documents: [] }
  },
}
