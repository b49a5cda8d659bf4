import { expect, test } from 'vitest'
import { lookOf } from './marks.ts'

const linksIn = (env: Record<string, string>, isTty = true): boolean =>
  lookOf({ env, platform: 'linux', isTty, noColour: false }).hasLinks

test.each([
  { VTE_VERSION: '5202' },
  { WT_SESSION: 'x' },
  { TERM_PROGRAM: 'iTerm.app' },
  { TERM_PROGRAM: 'vscode' },
  { TERM: 'xterm-kitty' },
  { TERM: 'foot' },
  { FORCE_HYPERLINK: '1' },
])('a terminal that is known to support links gets them: %j', (env) => {
  expect(linksIn(env)).toBe(true)
})

test.each<[env: Record<string, string>, isTty?: boolean]>([
  [{ TERM: 'xterm-256color' }],
  [{ TERM_PROGRAM: 'Apple_Terminal' }],
  [{ VTE_VERSION: '4600' }],
  [{ VTE_VERSION: '7600', TMUX: '/tmp/tmux-0/default,1,0' }],
  [{ WT_SESSION: 'x', TERM: 'screen-256color' }],
  [{ VTE_VERSION: '7600', FORCE_HYPERLINK: '0' }],
  [{ VTE_VERSION: '7600', NO_COLOR: '1' }],
  [{ WT_SESSION: 'x', TERM: 'dumb' }],
  [{ VTE_VERSION: '7600' }, false],
])('other terminals get no links: %j', (env, isTty = true) => {
  expect(linksIn(env, isTty)).toBe(false)
})
