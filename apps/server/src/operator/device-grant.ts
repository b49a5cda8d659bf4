/** `device-grant on` and `device-grant off`: whether people can sign in from terminals (L10). */
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
  'Stop sign-ins from terminals for now; existing sessions continue',
  'Within half a minute, nobody can sign in from a terminal. Existing sessions continue; `osa-server sessions revoke --all` ends them.\n',
)

export const deviceGrantOn = switched(
  true,
  'Let people sign in from terminals again',
  'Within half a minute, people can sign in from terminals again.\n',
)
