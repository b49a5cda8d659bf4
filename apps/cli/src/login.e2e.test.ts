import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeOsaServer, resultAnswer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'

const person = 'Josiah Carberry (0000-0002-1825-0097)'

test('K18 K39 on a terminal a person sees the address and the code, and only has to approve', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 2 })
  await using sandbox = await makeSandbox()
  const opened = join(sandbox.home, 'opened')
  const browser = join(sandbox.home, 'browser.sh')
  await writeFile(browser, `#!/bin/sh\nprintf '%s\\n' "$#" "$1" "\${OSA_TOKEN-unset}" > ${opened}\n`, { mode: 0o755 })
  const { code, screen } = await sandbox.runOnTerminal(['login', '--server', node.url], {
    env: { OSA_BROWSER: browser },
  })
  expect(code).toBe(0)
  expect(screen).toContain(`   Signing in to ${node.url}`)
  expect(screen).toContain(`   Credentials will be saved in ${sandbox.credentials} (only you can read it)`)
  expect(screen).toContain('   Your code:  BCDF-GHJK')
  expect(screen).toContain(`   Open:       ${node.url}/device?user_code=BCDF-GHJK`)
  expect(screen).toContain('Opening your browser. Check that it shows the same code before you approve.')
  expect(screen).toContain('Waiting for approval in the browser  (code expires in 15:00, Ctrl-C cancels)')
  expect(screen).toContain(` ✓ Logged in to ${node.url} as ${person}`)
  expect(screen).toContain(` ✓ Linked ${sandbox.project} to ${node.url}`)
  expect(await readFile(opened, 'utf8')).toBe(`1\n${node.url}/device?user_code=BCDF-GHJK\nunset\n`)
  expect(((await stat(sandbox.credentials)).mode & 0o777).toString(8)).toBe('600')
  expect(await sandbox.readCredentials()).toMatchObject({
    [node.url]: { refresh_token: node.families[0]?.refreshToken },
  })
  expect(JSON.parse(await readFile(sandbox.linkFile, 'utf8'))).toEqual({ server: node.url })
  const gapMs = (node.seen('token')[0]?.atMs ?? 0) - (node.seen('device')[0]?.atMs ?? 0)
  expect(gapMs).toBeGreaterThanOrEqual(990)
})

test('the name, description and contact of the archive are shown, cleaned and cut', async () => {
  const about = {
    name: `Structural\u001b[31m "Biology"\n${'x'.repeat(200)}`,
    description: `Structures of\u202e proteins${'y'.repeat(4_000)}`,
    contact: 'mailto:help@archive.example',
    logo: 7,
    accent_color: 'a colour that nobody knows yet',
  }
  await using node = await fakeOsaServer({ approveAtPoll: 1, about })
  await using sandbox = await makeSandbox()
  const terminal = { env: { OSA_BROWSER: '/bin/true' }, columns: 400 }
  const { code, screen } = await sandbox.runOnTerminal(['login', node.url], terminal)
  expect(code).toBe(0)
  const [introduction = ''] = screen.match(/The archive calls itself .*/) ?? []
  expect(introduction).toMatch(/^The archive calls itself "Structural\S* 'Biology'x+…": Structures of proteinsy+…/)
  expect(introduction.length).toBeLessThan(260)
  expect(introduction).not.toContain('\u001b')
  expect(screen).toContain('Questions: help@archive.example')
})

test('K04 without a terminal no browser is opened, address and code are printed, stdout stays empty', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  const env = { OSA_BROWSER: '/bin/false', DISPLAY: ':0' }
  const { code, stdout, stderr } = await sandbox.call(['login', '--server', node.url], { env })
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toContain(
    `   Ask the person to open ${node.url}/device?user_code=BCDF-GHJK and check the code BCDF-GHJK`,
  )
  expect(stderr).toContain('   Waiting for approval in the browser (code expires in 15:00)')
  expect(stderr).not.toContain("Couldn't open a browser")
})

test('K04 over SSH no browser is opened even on a terminal', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  const env = { SSH_CONNECTION: 'x', OSA_BROWSER: '/bin/false' }
  const { screen } = await sandbox.runOnTerminal(['login', node.url], { env })
  expect(screen).toContain(`In a browser on this computer, open:  ${node.url}/device`)
  expect(screen).toContain('and enter the code:                   BCDF-GHJK')
  expect(screen).not.toContain('Opening your browser')
})

test('in CI nothing is sent, and the alternatives are named', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { code, stderr } = await sandbox.call(['login', '--server', node.url], { env: { CI: 'true' } })
  expect(code).toBe(2)
  expect(stderr).toBe(
    ' ✗ osa login needs a person to approve it, and this is CI (CI=true)\n' +
      ' → Set OSA_TOKEN and OSA_SERVER in this job; no login is needed\n' +
      '   To approve from another device anyway: osa login --device\n',
  )
  expect(node.requests).toEqual([])
})

test('K38 with --json warnings are in the result too', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  node.user = { ...node.user, display_name: 'Ada Lovelace', external_id: '0000-0001-5109-3700' }
  const { stdout, stderr } = await sandbox.call(['login', '--json', '--force', '--server', node.url])
  const warning = `Replaced the login of Josiah Carberry with Ada Lovelace on ${node.url}`
  expect(stderr).toBe(` ⚠ ${warning}\n`)
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ ok: true, warnings: [warning] })
})

test('K38 --json prints one document per line, the code first and the result last, and no secrets', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const onStdout = (soFar: string) => {
    if (soFar.includes('"verification"')) node.approve()
  }
  const { code, stdout, stderr } = await sandbox.run(['login', '--json', '--server', node.url], { onStdout })
  const documents = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(code).toBe(0)
  expect(stderr).toBe('')
  expect(documents[0]).toMatchObject({ v: 1, event: 'verification', user_code: 'BCDF-GHJK', interval: 1 })
  expect(documents.at(-1)).toMatchObject({
    event: 'result',
    ok: true,
    server: { url: node.url, source: '--server' },
    user: { external_id: '0000-0002-1825-0097' },
    storage: { kind: 'file', path: sandbox.credentials },
    linked: sandbox.linkFile,
    warnings: [],
  })
  expect(stdout).not.toContain('rt_')
  expect(stdout).not.toContain('at_')
  expect(stdout).not.toContain('dc_')
})

test('a login that works is not replaced', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  const { code, stderr } = await sandbox.call(['login', '--server', node.url, '--non-interactive'])
  expect(code).toBe(0)
  expect(stderr).toContain(
    ` ✓ Already logged in to ${node.url} as ${person}\n → To use another account: osa login --force`,
  )
  expect(node.seen('device')).toEqual([])
})

test('--force replaces the login, names its person, and ends the old session at the server', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  node.user = { ...node.user, display_name: 'Ada Lovelace', external_id: '0000-0001-5109-3700' }
  const { code, stderr } = await sandbox.call(['login', '--force', '--server', node.url])
  expect(code).toBe(0)
  expect(stderr).toContain(` ⚠ Replaced the login of Josiah Carberry with Ada Lovelace on ${node.url}`)
  expect(node.families.map((family) => family.revoked)).toEqual([true, false])
})

test.each([
  ['K14', 'deny', 6, 'login_denied', 'Sign-in was refused in the browser'],
  ['K14', 'expireCode', 6, 'login_expired', 'The code BCDF-GHJK expired before it was approved'],
] as const)('%s: after %s the exit code is %i and saved logins are unchanged', async (_, what, exit, code, message) => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const before = await seedCredentials(sandbox, { 'https://other.example': { access_token: 'a', refresh_token: 'r' } })
  node[what]()
  const plain = await sandbox.call(['login', '--server', node.url])
  expect(plain.code).toBe(exit)
  expect(plain.stderr).toContain(` ✗ ${message}\n`)
  expect(node.seen('token')).toHaveLength(1)
  const json = await sandbox.call(['login', '--json', '--server', node.url])
  expect(JSON.parse(json.stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    event: 'result',
    ok: false,
    error: { code, exit_code: exit, message },
  })
  expect(await readFile(sandbox.credentials, 'utf8')).toBe(before)
})

test('a token response that is lost after approval is reported as such', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  node.loseTokenResponse()
  const { code, stderr } = await sandbox.call(['login', '--server', node.url])
  expect(code).toBe(6)
  expect(stderr).toContain(' ⚠ Lost contact with the archive; still trying (code expires in 14:')
  expect(stderr).toContain(
    ' ✗ The sign-in was approved, but the answer was lost on the way, or someone else used the code\n → Run osa login again, then look at osa sessions',
  )
})

test('a web page instead of an answer of the API is reported with its title', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  node.html('device')
  const { code, stderr } = await sandbox.call(['login', '--server', node.url])
  expect(code).toBe(8)
  expect(stderr).toContain(` ✗ ${node.url} answered with a web page, not the OSA API\n`)
  expect(stderr).toContain('   POST /trpc/device.start → 200 text/html "Sign in to continue · Example Corp"\n')
  expect(stderr).toContain(' → A proxy or sign-in page may be in the way. Open the address in a browser and check\n')
})

test('K05 names and titles from a server cannot move the cursor', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1, displayName: 'Eve\u001b[2J\u202e\u009b1mX' })
  await using sandbox = await makeSandbox()
  const { stderr } = await sandbox.call(['login', '--server', node.url])
  expect(stderr).toContain('as Eve[2J1mX (0000-0002-1825-0097)')
  expect(stderr).not.toContain('\u001b')
  const { stdout } = await sandbox.call(['whoami'])
  expect(stdout).toBe('Eve[2J1mX (0000-0002-1825-0097)\n')
})

test('K03 a verification address on another host ends the login', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const uri = 'https://real.example/device'
  const started = { device_code: 'd', user_code: 'BCDF-GHJK', verification_uri: uri, expires_in: 900, interval: 1 }
  node.dictate('device', [resultAnswer(started)])
  const { code, stderr } = await sandbox.call(['login', '--server', node.url])
  expect(code).toBe(8)
  expect(stderr).toContain(
    ` ✗ The archive wants you to sign in at https://real.example/device, which is not on ${node.url}`,
  )
  expect(node.seen('token')).toEqual([])
})

test('K25 nothing is sent to an archive that only a link file names before a person agrees', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: node.url })
  const { code, stderr } = await sandbox.call(['login'])
  expect(code).toBe(2)
  expect(stderr).toContain(`osa login --server ${node.url}`)
  const refused = await sandbox.runOnTerminal(['login'], { answers: { 'Contact it? [y/N]': '\r' } })
  expect(refused.code).toBe(2)
  expect(refused.screen).toContain(node.url)
  expect(node.requests).toEqual([])
  const agreed = await sandbox.runOnTerminal(['login'], { answers: { 'Contact it? [y/N]': 'y\r' } })
  expect(agreed.code).toBe(0)
})

test('K20 a broken credentials file is kept under another name', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, '{\n  "x": {\n    "a": 1\n  }\n')
  const { stderr: refused, code } = await sandbox.call(['whoami', '--server', node.url])
  expect(code).toBe(9)
  expect(refused).toContain(` ✗ ${sandbox.credentials} is not valid JSON (line 5, column 1: unexpected end of file)\n`)
  expect(refused).toContain("   It may hold logins for other archives, so osa won't change it.\n")
  const { stderr } = await sandbox.call(['login', '--server', node.url])
  expect(stderr).toMatch(/ ⚠ Moved the unreadable credentials file to .*credentials\.json\.corrupt-\d{8}T\d{6}Z\n/)
})

test('K22 if the login could not be saved, no sign-in is started', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await writeFile(join(sandbox.home, '.config'), 'in the way')
  const { code, stderr } = await sandbox.call(['login', '--server', node.url])
  expect(code).toBe(9)
  expect(stderr).toContain(` ✗ ${join(sandbox.home, '.config')} is not a folder\n`)
  expect(node.requests).toEqual([])
  expect(await readdir(sandbox.project)).toEqual([])
})

test.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('K16 %s while waiting ends osa immediately with %i, and no poll follows', async (signal, exit) => {
  const intervalSeconds = 60
  await using node = await fakeOsaServer({ intervalSeconds })
  await using sandbox = await makeSandbox()
  let killedAtMs = 0
  const { code, stderr } = await sandbox.run(['login', '--server', node.url], {
    onStart: (child) => {
      child.stderr?.on('data', (text: string) => {
        if (!text.includes('Waiting for approval')) return
        killedAtMs = Date.now()
        child.kill(signal)
      })
    },
  })
  const elapsedMs = Date.now() - killedAtMs
  expect(code).toBe(exit)
  expect(elapsedMs, 'it did not wait for the next poll').toBeLessThan((intervalSeconds * 1000) / 2)
  expect(stderr).toContain(' ✗ Cancelled – nothing was changed\n')
  expect(node.seen('token')).toEqual([])
  expect(await readdir(join(sandbox.home, '.config', 'osa'))).toEqual(['locks'])
})

test('K31 --token-stdin saves a token that the server accepts, and refuses others', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { access_token } = node.issue()
  const kept = await sandbox.run(['login', '--token-stdin', '--server', node.url], { input: `${access_token}\n` })
  expect(kept.code).toBe(0)
  expect((await sandbox.readCredentials())[node.url]).toMatchObject({ access_token })
  const refused = await sandbox.run(['login', '--token-stdin', '--server', node.url], { input: 'at_unknown' })
  expect(refused.code).toBe(4)
  const broken = await sandbox.run(['login', '--token-stdin', '--server', node.url], { input: 'a\r\nX: y' })
  expect(broken.code).toBe(2)
  expect(`${kept.stderr}${refused.stderr}${broken.stderr}`).not.toContain('at_')
})

test('K17 with --verbose and OSA_DEBUG no secret is printed', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 2 })
  await using sandbox = await makeSandbox()
  const { stderr, stdout } = await sandbox.call(['login', '--verbose', '--server', node.url], {
    env: { OSA_DEBUG: '1' },
  })
  expect(stderr).toContain(`POST ${node.url}/trpc/device.token 200`)
  expect(`${stderr}${stdout}`).not.toMatch(/\b(at|rt|dc)_/)
})

test('a login does not link the home folder', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  const { stderr } = await sandbox.call(['login', '--server', node.url], { cwd: sandbox.home })
  expect(stderr).toContain(
    `   Not linking ${sandbox.home} (your home folder). In a project folder run: osa link ${node.url}`,
  )
})

test('the first login without a terminal asks for the address of the archive', async () => {
  await using sandbox = await makeSandbox()
  const { code, stderr } = await sandbox.call(['login'])
  expect(code).toBe(3)
  expect(stderr).toContain(' → Run osa login <url>, or set OSA_SERVER\n')
})

test('an archive of the original OSA is reported as such; nothing else is sent to it, and nothing is stored', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const body = '{"detail":"Not Found"}'
  node.dictate('document', [{ status: 404, headers: { 'content-type': 'application/json' }, body }], { always: true })
  const { code, stderr } = await sandbox.call(['login', node.url])
  expect(code).toBe(8)
  expect(stderr).toContain(
    ` ✗ ${node.url} is an archive of the original OSA (Python), or none at all\n` +
      '   GET /.well-known/osa → 404 application/json\n' +
      ` → Sign in there with the original osa (Python): osa login --server ${node.url}\n`,
  )
  expect(node.requests.map(({ path }) => path)).toEqual(['/.well-known/osa'])
  expect(await readdir(join(sandbox.home, '.config', 'osa'))).not.toContain('credentials.json')
  expect(await readdir(sandbox.project)).toEqual([])
})

test.each([1e308, 1e12])('K07 a lifetime of %s s is saved as at most a year', async (expires_in) => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const tokens = { access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', expires_in, scope: '' }
  node.dictate('token', [resultAnswer(tokens)])
  node.dictate('me', [resultAnswer(node.user)])
  expect((await sandbox.call(['login', node.url])).code).toBe(0)
  const saved = (await sandbox.readCredentials())[node.url]
  expect(Number(saved?.expires_at) - Number(saved?.obtained_at)).toBe(366 * 86_400)
})
