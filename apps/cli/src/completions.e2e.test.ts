import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { spawn } from '@lydell/node-pty'
import { expect, test } from 'vitest'
import { commands } from './catalogue.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'

const execute = promisify(execFile)
const names = commands.map(({ metadata }) => metadata.name)

async function scriptOf(sandbox: Sandbox, shell: string): Promise<string> {
  const { code, stdout, stderr } = await sandbox.call(['completions', shell])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const path = join(sandbox.home, `completions.${shell}`)
  await writeFile(path, stdout)
  return path
}

/** Returns what bash offers for a line. `words`: the line as bash splits it; the last word is completed. */
async function inBash(script: string, cwd: string, words: readonly string[]): Promise<string[]> {
  const call = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _osa; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await execute('bash', ['--norc', '-c', call, 'bash', script, ...words], { cwd })
  return stdout.split('\n').filter((word) => word !== '')
}

test('bash offers commands, their options and the values of both', async () => {
  await using sandbox = await makeSandbox()
  const script = await scriptOf(sandbox, 'bash')
  await mkdir(join(sandbox.project, 'a folder'))
  const offer = (...words: string[]) => inBash(script, sandbox.project, words)
  expect(await offer('osa', '')).toEqual(names)
  expect(await offer('osa', 'log')).toEqual(['login', 'logout'])
  expect(await offer('osa', 'login', '--no-b')).toEqual(['--no-browser'])
  expect(await offer('osa', 'login', '--storage', '')).toEqual(['auto', 'keychain', 'file'])
  expect(await offer('osa', 'login', '--storage', '=', 'k')).toEqual(['keychain'])
  expect(await offer('osa', 'login', '--storage', '=')).toEqual(['auto', 'keychain', 'file'])
  expect(await offer('osa', '--server', 'login', 'who')).toEqual(['whoami'])
  expect(await offer('osa', '--server', '=', 'x', 'who')).toEqual(['whoami'])
  expect(await offer('osa', 'completions', '')).toEqual(['install', 'bash', 'zsh', 'fish', 'powershell'])
  expect(await offer('osa', 'completions', '--rc', 'install', '')).toEqual(['bash', 'zsh', 'fish', 'powershell'])
  expect(await offer('osa', 'completions', 'install', '--cwd', '=', 'x', 'z')).toEqual(['zsh'])
  expect(await offer('osa', 'completions', 'bash', '')).toEqual([])
  expect(await offer('osa', 'conventions', '')).toEqual(['list', 'show'])
  expect(await offer('osa', 'conventions', 'show', '')).toEqual([])
  expect(await offer('osa', 'open', '')).toEqual(['sessions'])
  expect(await offer('osa', 'help', 'sess')).toEqual(['sessions'])
  expect(await offer('osa', 'whoami', '--cwd', 'a')).toEqual(['a\\ folder'])
  expect(await offer('osa', 'whoami', '--timeout', '')).toEqual([])
  expect(await offer('osa', 'nonsense', '--')).toEqual([])
  expect(await offer('osa', '--ver')).toEqual(['--verbose', '--version'])
  const { stdout } = await execute('bash', ['--norc', '-c', 'source "$1"; complete -p osa', 'bash', script])
  expect(stdout).toBe('complete -F _osa osa\n')
})

test('bash offers for each command exactly the options in its help', async () => {
  await using sandbox = await makeSandbox()
  const script = await scriptOf(sandbox, 'bash')
  for (const { metadata } of commands) {
    const { stdout } = await sandbox.call(['help', metadata.name])
    const helped = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name)
    expect((await inBash(script, sandbox.project, ['osa', metadata.name, '--'])).sort()).toEqual(helped.sort())
  }
})

test('fish offers commands, their options and the values of both', async () => {
  await using sandbox = await makeSandbox()
  const script = await scriptOf(sandbox, 'fish')
  const offer = async (line: string): Promise<string[]> => {
    const { stdout } = await execute(
      'fish',
      ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', script, line],
      {
        env: { PATH: process.env.PATH, HOME: sandbox.home, LANG: 'C.UTF-8' },
      },
    )
    return stdout.split('\n').filter((entry) => entry !== '')
  }
  expect((await offer('osa ')).map((entry) => entry.split('\t')[0]).sort()).toEqual([...names].sort())
  expect(await offer('osa log')).toEqual([
    'login\tSign in to an archive',
    'logout\tEnd your session and remove the login from this computer',
  ])
  expect(await offer('osa login --no-b')).toEqual(["--no-browser\tDon't open a browser"])
  expect((await offer('osa login --storage ')).map((entry) => entry.split('\t')[0])).toEqual([
    'auto',
    'file',
    'keychain',
  ])
  expect(await offer('osa whoami --no-b')).toEqual([])
  expect((await offer('osa completions ')).map((entry) => entry.split('\t')[0]).sort()).toEqual([
    'bash',
    'fish',
    'install',
    'powershell',
    'zsh',
  ])
  expect((await offer('osa completions install ')).sort()).toEqual(['bash', 'fish', 'powershell', 'zsh'])
  expect(await offer('osa completions bash ')).toEqual([])
})

/** Types a line into a real zsh, presses Tab, and returns the part of the screen that matches `until`. */
const inZsh = async (sandbox: Sandbox, script: string, typed: string, until: RegExp): Promise<string> =>
  await new Promise((resolve, reject) => {
    const pty = spawn('zsh', ['-f'], {
      cols: 200,
      rows: 40,
      cwd: sandbox.project,
      env: { PATH: process.env.PATH ?? '', HOME: sandbox.home, TERM: 'xterm', LANG: 'C.UTF-8', PS1: 'READY> ' },
    })
    let screen = ''
    let isTyped = false
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      pty.kill()
      settle()
    }
    const timer = setTimeout(() => end(() => reject(new Error(`zsh showed: ${screen}`))), 300_000)
    pty.onData((data) => {
      screen += data.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
      if (!isTyped && screen.includes('LOADED')) {
        isTyped = true
        pty.write(`${typed}\t`)
      }
      const match = isTyped ? until.exec(screen.slice(screen.indexOf('LOADED'))) : null
      if (match) end(() => resolve(match[0]))
    })
    pty.write(`autoload -U compinit; compinit -u -D; source ${script}; print LOAD''ED\n`)
  })

test('zsh completes commands, options and values', async () => {
  await using sandbox = await makeSandbox()
  const script = await scriptOf(sandbox, 'zsh')
  await execute('zsh', ['-n', script])
  await inZsh(sandbox, script, 'osa comp', /osa completions /)
  await inZsh(sandbox, script, 'osa login --no-b', /osa login --no-browser /)
  await inZsh(sandbox, script, 'osa login --storage k', /osa login --storage keychain /)
  await inZsh(sandbox, script, 'osa completions f', /osa completions fish /)
  await inZsh(sandbox, script, 'osa completions install p', /osa completions install powershell /)
  await inZsh(sandbox, script, 'osa completions --rc install f', /osa completions --rc install fish /)
  await inZsh(sandbox, script, 'osa log', /logout +-- End your session and remove the login from this computer/)
})

/** Types a line into a real shell, presses Tab and Enter, and returns the arguments that `osa` gets, each in brackets. */
const sent = async (sandbox: Sandbox, shell: string, options: { setUp: string; typed: string }): Promise<string> =>
  await new Promise((resolve, reject) => {
    const plain = { bash: ['--norc', '--noprofile'], zsh: ['-f'], fish: ['--no-config'] }[shell] ?? []
    const env = { PATH: process.env.PATH ?? '', HOME: sandbox.home, TERM: 'dumb', LANG: 'C.UTF-8' }
    const pty = spawn(shell, plain, { cols: 400, rows: 40, cwd: sandbox.project, env })
    let screen = ''
    let isTyped = false
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      // The shell may write its history until it has ended.
      pty.onExit(settle)
      pty.kill('SIGKILL')
    }
    const timer = setTimeout(() => end(() => reject(new Error(`${shell} showed: ${screen}`))), 60_000)
    pty.onData((data) => {
      screen += data
      if (!isTyped && screen.includes('LOADED')) {
        isTyped = true
        pty.write(`${options.typed}\t`)
        // The shell redraws the line after completing a word. An Enter before that would be lost.
        setTimeout(() => pty.write('\r'), 1500)
      }
      const [, ran] = /RAN(<.*>)NAR/.exec(screen) ?? []
      if (ran) end(() => resolve(ran))
    })
    pty.write(`${options.setUp}\r`)
  })

test.each([
  ['bash', (script: string) => `source ${script}; osa() { printf 'RAN%sNAR' "$(printf '<%s>' "$@")"; }; echo LOAD''ED`],
  [
    'zsh',
    (script: string) =>
      `autoload -U compinit; compinit -u -D; source ${script}; osa() { printf 'RAN%sNAR' "$(printf '<%s>' "$@")"; }; print LOAD''ED`,
  ],
  [
    'fish',
    (script: string) =>
      `source ${script}; function osa; printf 'RAN%sNAR' (printf '<%s>' $argv | string collect); end; echo LOAD''ED`,
  ],
])('%s does not run commands in the name of a folder', async (shell, setUp) => {
  await using sandbox = await makeSandbox()
  const script = await scriptOf(sandbox, shell)
  const hostile = '$(touch pwned);touch pwned;`touch pwned` \'" * ~'
  await mkdir(join(sandbox.project, hostile))
  const typed = 'osa status --offline --cwd '
  expect(await sent(sandbox, shell, { setUp: setUp(script), typed })).toMatch(
    /^<status><--offline><--cwd><\$\(touch pwned\);/,
  )
  expect(await readdir(sandbox.project)).toEqual([hostile])
})
