import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDir } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { findLauncher, isBrowserElsewhere, openBrowser } from './browser.ts'

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
  ['if BROWSER is none', desktop({ BROWSER: 'none', DISPLAY: ':0' })],
  ['if OSA_BROWSER is none', desktop({ OSA_BROWSER: 'none', BROWSER: 'firefox', DISPLAY: ':0' })],
])('K04 no browser is opened %s', (_, where) => {
  expect(findLauncher(where)).toBeNull()
})

test.each([
  ['xdg-open', desktop({ WAYLAND_DISPLAY: 'wayland-0' })],
  ['open', desktop({}, { platform: 'darwin' })],
  ['powershell.exe', desktop({}, { platform: 'win32' })],
  ['powershell.exe', desktop({}, { isWsl: true })],
  ['my-browser', desktop({ BROWSER: 'my-browser' })],
  ['my-browser', desktop({ OSA_BROWSER: 'my-browser --new-window', BROWSER: 'firefox' })],
])('%s is chosen to open addresses', (command, where) => {
  expect(findLauncher(where)?.command).toBe(command)
})

test.each([
  ['on this desktop', false, desktop({ DISPLAY: ':0' })],
  ['named by BROWSER on this desktop', false, desktop({ BROWSER: 'firefox', DISPLAY: ':0' })],
  ['of Windows under WSL', true, desktop({}, { isWsl: true })],
  ['outside the container', true, desktop({ BROWSER: 'host-browser' }, { isContainer: true })],
  ['named by OSA_BROWSER in a container', false, desktop({ OSA_BROWSER: 'chromium' }, { isContainer: true })],
  ['of a remote editor', true, desktop({ BROWSER: '/root/.vscode-server/bin/0ee0/bin/helpers/browser.sh' })],
  ['of a codespace', true, desktop({ BROWSER: 'open', CODESPACES: 'true' })],
])('whether a browser %s may not reach this system: %s', (_, isElsewhere, where) => {
  expect(isBrowserElsewhere(where)).toBe(isElsewhere)
})

test.each([
  ['my browser', '', ['URL']],
  ['browser', ' --new-window', ['--new-window', 'URL']],
  ['browser', ' --app %s --quiet', ['--app', 'URL', '--quiet']],
])('K03 %j%s is given the address as one argument', async (name, options, expected) => {
  await using folder = await makeTemporaryDir()
  const program = join(folder.path, name)
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder.path}/seen"\n`)
  await chmod(program, 0o755)
  const url = 'https://a.example/device?user_code=BCDF-GHJK&x=$(touch pwned);'
  const launcher = findLauncher(desktop({ BROWSER: program + options }))
  if (!launcher) throw new Error('no launcher')
  expect(await openBrowser(launcher, url, process.env)).toBe(true)
  const seen = (await readFile(join(folder.path, 'seen'), 'utf8')).trimEnd().split('\n')
  expect(seen).toEqual(expected.map((arg) => arg.replace('URL', url)))
})
