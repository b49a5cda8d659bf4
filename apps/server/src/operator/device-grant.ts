/** `device-grant on` and `device-grant off`: whether people may sign in from terminals (L10). */
import { type OperatorCommand, onDatabase } from './command.ts'

const switched = (enabled: boolean, summary: string, text: string): OperatorCommand => ({
  name: `device-grant ${enabled ? 'on' : 'off'}`,
  summary,
  positionals: '',
  options: {},
  example: `osa-server device-grant ${enabled ? 'on' : 'off'}`,
  prepare: () =>
    onDatabase(async (operator) => {
      await operator.setDeviceGrant({ enabled })
      return { text, documents: [{ device_grant: enabled }] }
    }),
})

export const deviceGrantOff = switched(
  false,
  'Let nobody sign in from a terminal for now; sessions go on',
  'Within half a minute, nobody can sign in from a terminal. Sessions go on; `osa-server sessions revoke --all` ends them.\n',
)

export const deviceGrantOn = switched(
  true,
  'Let people sign in from terminals again',
  'Within half a minute, people can sign in from terminals again.\n',
)
