import { expect, test } from 'vitest'
import { findLauncher } from './browser.ts'

const desktop = (env: Record<string, string>, more: object = {}) => ({
  env,
  platform: 'linux',
  isContainer: false,
  isWsl: false,
  ...more,
})

test.each([
  ['over SSH', desktop({ SSH_CONNECTION: 'x', DISPLAY: ':0', BROWSER: 'firefox' })],
  ['over SSH with a terminal', desktop({ SSH_TTY: '/dev/pts/1', DISPLAY: ':0' })],
  ['without a display', desktop({})],
  ['in a container', desktop({ DISPLAY: ':0' }, { isContainer: true })],
  ['when told so', desktop({ BROWSER: 'none', DISPLAY: ':0' })],
  ['when told so for osa alone', desktop({ OSA_BROWSER: 'none', BROWSER: 'firefox', DISPLAY: ':0' })],
])('K04 C22: no browser is opened %s', (_, where) => {
  expect(findLauncher(where)).toBeNull()
})

test.each([
  ['xdg-open', desktop({ WAYLAND_DISPLAY: 'wayland-0' })],
  ['open', desktop({}, { platform: 'darwin' })],
  ['powershell.exe', desktop({}, { platform: 'win32' })],
  ['powershell.exe', desktop({}, { isWsl: true })],
  ['my-browser', desktop({ BROWSER: 'my-browser' })],
])('%s opens addresses where it should', (command, where) => {
  expect(findLauncher(where)?.command).toBe(command)
})
