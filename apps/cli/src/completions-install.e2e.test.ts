/** `osa completions install`, and real shells that find what it wrote. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { placeFor } from './completions/places.ts'
import type { Shell } from './shells.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'

const execute = promisify(execFile)

const around = (sandbox: Sandbox, env: Record<string, string> = {}) => ({
  env,
  home: sandbox.home,
  platform: 'linux',
  exists: () => true,
})

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** Runs a shell with the sandbox as its home folder and returns its output. */
async function inShell(sandbox: Sandbox, command: string, args: string[], env: Record<string, string> = {}) {
  const { stdout } = await execute(command, args, { cwd: sandbox.project, env: sandbox.env({ TERM: 'dumb', ...env }) })
  return stdout
}

test('fish finds the installed completions', async () => {
  await using sandbox = await makeSandbox()
  const { code, stdout, stderr } = await sandbox.call(['completions', 'install', 'fish'])
  const file = join(sandbox.home, '.config/fish/completions/osa.fish')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toBe(` ✓ Wrote ${file}\n → Open a new fish and press Tab after: osa \n`)
  expect(await inShell(sandbox, 'fish', ['-c', 'complete -C "osa who"'])).toBe(
    'whoami\tShow which account you are signed in with\n',
  )
})

test('bash finds them through the package bash-completion or, without that, through its start-up file', async () => {
  await using sandbox = await makeSandbox()
  const run = await sandbox.call(['completions', 'install', '--rc'], { env: { SHELL: '/bin/bash' } })
  expect(run.code).toBe(0)
  expect(run.stderr).toContain(` ✓ Wrote ${join(sandbox.home, '.local/share/bash-completion/completions/osa')}\n`)
  expect(run.stderr).toContain(' → Open a new bash and press Tab after: osa \n')
  const asked =
    '. /usr/share/bash-completion/bash_completion 2>/dev/null && { _comp_load osa || __load_completion osa; }'
  expect(await inShell(sandbox, 'bash', ['-ic', `${asked}; complete -p osa`])).toBe('complete -F _osa osa\n')
})

test('without the package bash-completion the start-up file of bash must name the script', async () => {
  await using sandbox = await makeSandbox()
  const place = placeFor('bash', { ...around(sandbox), exists: () => false })
  expect(place.startUp).toMatchObject({ file: join(sandbox.home, '.bashrc'), line: `. ${place.file}`, isFirst: false })
})

test('zsh needs a line in .zshrc, which is printed, and added only with --rc and only once', async () => {
  await using sandbox = await makeSandbox()
  const rc = join(sandbox.home, '.zshrc')
  const own = 'autoload -Uz compinit\ncompinit -u\n'
  await write(rc, own)
  await chmod(rc, 0o600)
  const folder = join(sandbox.home, '.local/share/zsh/site-functions')
  const line = `fpath=(${folder} $fpath)`
  const install = (...more: string[]) => sandbox.call(['completions', 'install', 'zsh', ...more])
  const known = () => inShell(sandbox, 'zsh', ['-ic', 'print -r -- $_comps[osa]'])
  expect((await install()).stderr).toBe(
    ` ✓ Wrote ${folder}/_osa\n → Add this line to ${rc}, before compinit: ${line}\n` +
      '   Or let osa add it: osa completions install zsh --rc\n',
  )
  expect(await readFile(rc, 'utf8')).toBe(own)
  expect(await known()).toBe('\n')
  expect((await install('--rc')).stderr).toBe(
    ` ✓ ${folder}/_osa is up to date\n ✓ Added to ${rc}: ${line}\n → Open a new zsh and press Tab after: osa \n`,
  )
  const edited = `# completions of osa\n${line}\n${own}`
  expect(await readFile(rc, 'utf8')).toBe(edited)
  expect((await stat(rc)).mode & 0o777).toBe(0o600)
  expect(await known()).toBe('_osa\n')
  const again = await install('--rc', '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ changed: false, start_up: { state: 'there' } })
  expect(await readFile(rc, 'utf8')).toBe(edited)
})

test('an equivalent line relative to the home folder counts, a commented line does not', async () => {
  await using sandbox = await makeSandbox()
  const rc = join(sandbox.home, 'dots/.zshrc')
  const state = async (text: string) => {
    await write(rc, text)
    const run = await sandbox.call(['completions', 'install', 'zsh', '--json'], { env: { ZDOTDIR: dirname(rc) } })
    return JSON.parse(run.stdout).start_up.state
  }
  expect(await state('fpath+=(~/.local/share/zsh/site-functions)\n')).toBe('there')
  expect(await state('# fpath+=(~/.local/share/zsh/site-functions)\n')).toBe('missing')
})

test('for PowerShell a script with a byte order mark is written beside the profile, and the profile only with --rc', async () => {
  await using sandbox = await makeSandbox()
  const folder = join(sandbox.home, '.config/powershell')
  await sandbox.call(['completions', 'install', 'powershell'])
  expect(await readdir(folder)).toEqual(['osa.ps1'])
  expect(await readFile(join(folder, 'osa.ps1'), 'utf8')).toMatch(/^\ufeff# osa completions for PowerShell/)
  await sandbox.call(['completions', 'install', 'powershell', '--rc'])
  expect(await readFile(join(folder, 'profile.ps1'), 'utf8')).toBe(`# completions of osa\n. '${folder}/osa.ps1'\n`)
})

test.each<[Shell, Record<string, string>, string]>([
  ['bash', { XDG_DATA_HOME: '/data' }, '/data/bash-completion/completions/osa'],
  ['bash', { XDG_DATA_HOME: '/data', BASH_COMPLETION_USER_DIR: '/bc:/other' }, '/bc/completions/osa'],
  ['zsh', { XDG_DATA_HOME: '/data' }, '/data/zsh/site-functions/_osa'],
  ['fish', { XDG_CONFIG_HOME: '/config' }, '/config/fish/completions/osa.fish'],
  ['powershell', { XDG_CONFIG_HOME: '/config' }, '/config/powershell/osa.ps1'],
])('for %s with %j the script goes to %s', async (shell, env, file) => {
  await using sandbox = await makeSandbox()
  expect(placeFor(shell, around(sandbox, env)).file).toBe(file)
  const relative = Object.fromEntries(Object.keys(env).map((name) => [name, 'not/absolute']))
  expect(placeFor(shell, around(sandbox, relative)).file.startsWith(`${sandbox.home}/.`)).toBe(true)
})

test('an older script of osa is replaced, also through a symbolic link; a file that osa did not write is not', async () => {
  await using sandbox = await makeSandbox()
  const file = join(sandbox.home, '.config/fish/completions/osa.fish')
  const install = () => sandbox.call(['completions', 'install', 'fish'])
  const kept = join(sandbox.home, 'dotfiles/osa.fish')
  await write(kept, '# osa completions for fish, made by: osa completions fish\n')
  await mkdir(dirname(file), { recursive: true })
  await symlink(kept, file)
  expect((await install()).stderr).toContain(` ✓ Wrote ${file}\n`)
  expect(await readFile(kept, 'utf8')).toContain('complete -c osa -f')
  await write(file, 'complete -c osa -a mine\n')
  expect(await install()).toEqual({
    code: 9,
    stdout: '',
    stderr: ` ✗ ${file} already exists, and osa did not write it\n → Move it away and try again\n`,
  })
  expect(await readFile(kept, 'utf8')).toBe('complete -c osa -a mine\n')
})

test('a missing or unknown name of a shell, and a file in place of a folder, are refused', async () => {
  await using sandbox = await makeSandbox()
  const unnamed = await sandbox.call(['completions', 'install'])
  expect({ code: unnamed.code, stderr: unnamed.stderr }).toEqual({
    code: 2,
    stderr: " ✗ Can't tell which shell you use: SHELL is not set\n → Name one of: bash, zsh, fish, powershell\n",
  })
  const unknown = await sandbox.call(['completions', 'install'], { env: { SHELL: '/bin/tcsh' } })
  expect(unknown.stderr).toContain(' ✗ osa has no completions for "tcsh"\n')
  expect((await sandbox.call(['completions', 'install', 'tcsh'])).stderr).toContain('osa has no completions for "tcsh"')
  expect((await sandbox.call(['completions', 'zsh', 'bash'])).stderr).toContain(
    ' → To install: osa completions install zsh\n',
  )
  await write(join(sandbox.home, '.config'), 'a file')
  const { code, stderr } = await sandbox.call(['completions', 'install', 'fish'])
  expect({ code, stderr }).toMatchObject({
    code: 9,
    stderr: expect.stringMatching(/ ✗ Can't use .*\n → Check the folder\n/),
  })
})
