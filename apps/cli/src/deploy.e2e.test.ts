import { spawnSync } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FakeRefusal, fakeOsaServer, refusalAnswer, resultAnswer } from '@osa/sdk/testing'
import { describe, expect, test } from 'vitest'
import { installSdk, proteinStructures, releasedHook, writeProject } from './testing/conventions.ts'
import { failure, success } from './testing/json-shapes.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'

type FakeOsaServer = Awaited<ReturnType<typeof fakeOsaServer>>

/** A linked folder with a login and a convention that needs no build. */
async function ready(sandbox: Sandbox, node: FakeOsaServer): Promise<void> {
  await seedLink(sandbox, { server: node.url })
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  await writeProject(sandbox, 'osa.config.json', proteinStructures([releasedHook('find_pockets')]))
}

/** The same without the file of the convention. */
async function readyWithoutFile(sandbox: Sandbox, node: FakeOsaServer): Promise<void> {
  await ready(sandbox, node)
  await rm(join(sandbox.project, 'osa.config.json'))
}

const sentTitles = (node: FakeOsaServer): string[][] =>
  node.seen('deploy').map(({ body }) => JSON.parse(body)[0].json.conventions.map((one: { title: string }) => one.title))

describe('a deploy', () => {
  test('prints the archive, the person and the conventions on stderr, and sends everything in one call', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    const { code, stdout, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(`   Deploying to ${node.url} (from .osa/config.json, auth: stored login)\n`)
    expect(stderr).toMatch(/ ✓ Verifying credentials {2}Josiah Carberry \(admin\) {2}\d+\.\ds\n/)
    expect(stderr).toMatch(
      /==> Registering conventions \(1\)\n ✓ Protein Structures {2}pdb-structure@1\.0\.0 {2}\d+\.\ds\n/,
    )
    expect(stderr).toMatch(/ ✓ Deployed 1 convention {2}\d+\.\ds\n$/)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(sentTitles(node)).toEqual([['Protein Structures']])
  })

  test('with the same content changes nothing, with other content adds a version; --json shows both', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    await sandbox.call(['deploy'])
    const again = await sandbox.call(['deploy'])
    expect(again.stderr).toMatch(/Protein Structures {2}pdb-structure@1\.0\.0 {2}\d+\.\ds {2}unchanged\n/)
    await writeProject(sandbox, 'osa.config.json', { ...proteinStructures(), description: 'Other words.' })
    const { code, stdout } = await sandbox.call(['deploy', '--json'])
    expect(success.deploy.parse(JSON.parse(stdout))).toEqual({
      v: 1,
      ok: true,
      server: { url: node.url, source: '.osa/config.json', link_file: sandbox.linkFile },
      auth: { source: 'stored login' },
      conventions: [
        {
          title: 'Protein Structures',
          slug: 'protein-structures',
          schema_id: 'pdb-structure@1.0.0',
          version: 2,
          changed: true,
        },
      ],
      elapsed_ms: expect.any(Number),
      token_refreshed: false,
    })
    expect(code).toBe(0)
    expect(node.conventions).toMatchObject([
      { slug: 'protein-structures', contents: [{}, {}].map(() => expect.any(String)) },
    ])
  })

  test('finds the file from a subfolder, up to the linked folder', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    await writeProject(sandbox, 'deep/er/notes.txt', '')
    const { code } = await sandbox.call(['deploy'], { cwd: join(sandbox.project, 'deep/er') })
    expect(code).toBe(0)
  })

  test.each([
    ['a file', ['--manifest', 'manifest.json'], ''],
    ['standard input', ['--manifest', '-'], 'manifest'],
  ])('accepts the output of the original osa manifest from %s, including its nulls', async (_, flags, piped) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    const convention = proteinStructures([releasedHook('find_pockets')])
    const nulls = { ...convention, ingester: null, docs: { ...convention.docs, when_not_to_use: null, see_also: null } }
    const manifest = { manifest_version: 1, conventions: [nulls, { ...nulls, title: 'Other Structures' }] }
    await writeProject(sandbox, 'manifest.json', manifest)
    const input = piped === '' ? '' : JSON.stringify(manifest)
    const { code, stderr } = await sandbox.run(['deploy', ...flags], { input })
    expect(stderr).toContain('Deployed 2 conventions')
    expect(code).toBe(0)
    expect(sentTitles(node)).toEqual([['Protein Structures', 'Other Structures']])
  })

  test('with --dry-run prints what would be sent, makes no request and needs no login', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    await rm(sandbox.credentials)
    const { code, stdout, stderr } = await sandbox.call(['deploy', '--dry-run'])
    expect(JSON.parse(stdout)).toEqual({ conventions: [proteinStructures([releasedHook('find_pockets')])] })
    expect(stderr).toContain(`Would deploy to ${node.url} (from .osa/config.json)`)
    const json = success.dryRun.parse(JSON.parse((await sandbox.call(['deploy', '--dry-run', '--json'])).stdout))
    expect(json).toMatchObject({ v: 1, ok: true, dry_run: true, server: { url: node.url }, builds: [] })
    expect(json.send.conventions).toHaveLength(1)
    expect(code).toBe(0)
    expect(node.requests).toEqual([])
  })
})

describe('a file with mistakes', () => {
  test('all issues are listed, with their paths and what to write, before any request', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    const { release: _, ...hook } = releasedHook('find_pockets')
    const gappy = { ...proteinStructures(), description: '', hooks: [hook], docs: undefined }
    await writeProject(sandbox, 'osa.config.json', gappy)
    const { code, stdout, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(' ✗ 3 things are missing or wrong in osa.config.json\n')
    expect(stderr).toMatch(/ {3}hooks\.0\.release {2}write release: \{image, digest, source_ref\}/)
    expect(stderr).toMatch(/ {3}description {6}write the description\n/)
    expect(stderr).toMatch(/ {3}docs {13}write docs: \{purpose, example_questions, examples\}\n/)
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' })
    const json = failure.parse(JSON.parse((await sandbox.call(['deploy', '--json'])).stdout))
    expect(json.error).toMatchObject({ code: 'deploy_rejected', exit_code: 10 })
    expect(json.error.issues).toContainEqual({ path: 'description', message: 'write the description' })
    expect(node.requests).toEqual([])
  })

  test('a missing build context is an issue too', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    const { release: _, ...hook } = releasedHook('find_pockets')
    await writeProject(sandbox, 'osa.config.json', proteinStructures([{ ...hook, build: { context: 'nowhere' } }]))
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(`   hooks.0.build.context  there is no folder ${join(sandbox.project, 'nowhere')}\n`)
    expect(code).toBe(10)
  })

  test.each([
    ['invalid JSON', '{"title": }', 'is not valid JSON (line 1, column 11: unexpected "}")', 9],
    ['an empty list', '[]', 'holds no convention', 9],
    ['another manifest version', '{"manifest_version": 2, "conventions": []}', 'manifest_version other than 1', 9],
  ])('%s is reported with the name of the file', async (_, text, message, exitCode) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    const path = await writeProject(sandbox, 'osa.config.json', text)
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(` ✗ ${path} `)
    expect(stderr).toContain(message)
    expect(code).toBe(exitCode)
    expect(node.requests).toEqual([])
  })

  test('no file, and two of them, are usage errors', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    await writeProject(sandbox, 'osa.config.mjs', '')
    const two = await sandbox.call(['deploy'])
    expect(two.stderr).toContain('There are two files with conventions')
    await rm(join(sandbox.project, 'osa.config.mjs'))
    await rm(join(sandbox.project, 'osa.config.json'))
    const none = await sandbox.call(['deploy'])
    expect(none.stderr).toContain(' ✗ There is no osa.config.ts here\n')
    expect([two.code, none.code]).toEqual([2, 2])
  })
})

const typed = (extra = ''): string => `
import { defineConvention, type Convention } from '@osa/sdk/convention'
const convention: Convention = ${JSON.stringify(proteinStructures())}
${extra}
export default defineConvention(convention)
`

const withoutOwnTypes = '--no-experimental-strip-types'
/** Older Nodes have no type stripping, and refuse the option that turns it off. */
const isKnown = spawnSync(process.env.OSA_TEST_NODE ?? process.execPath, [withoutOwnTypes, '--version']).status === 0
const forLoader = isKnown ? withoutOwnTypes : ''

describe('a TypeScript file', () => {
  test.each([
    ['by Node itself', ''],
    ['by the loader, if Node cannot', forLoader],
  ])('is run %s, and its output does not go to stdout', async (_, options) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await readyWithoutFile(sandbox, node)
    await installSdk(sandbox)
    await writeProject(sandbox, 'osa.config.ts', typed("console.log('from the file', process.env.FROM_DOT_ENV)"))
    await writeProject(sandbox, '.env', 'FROM_DOT_ENV=read\n')
    const { code, stdout, stderr } = await sandbox.run(['deploy', '--json'], { env: { NODE_OPTIONS: options } })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, conventions: [{ slug: 'protein-structures' }] })
    // K29: .env is not loaded. Node's warnings about loading the file are not printed.
    expect(stderr).toBe('from the file undefined\n')
    expect(code).toBe(0)
    expect((await readdir(sandbox.project)).sort()).toEqual(['.env', '.osa', 'node_modules', 'osa.config.ts'])
  })

  test.each([
    ['by Node itself', ''],
    ['by the loader', forLoader],
  ])('that cannot import @osa/sdk is reported with what to install (%s)', async (_, options) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await readyWithoutFile(sandbox, node)
    await writeProject(sandbox, 'osa.config.ts', typed())
    const { code, stderr } = await sandbox.run(['deploy'], { env: { NODE_OPTIONS: options } })
    expect(stderr).toContain(' → npm install -D @osa/sdk\n')
    expect(code).toBe(9)
  })

  test('that throws is reported with the line', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await readyWithoutFile(sandbox, node)
    const path = await writeProject(sandbox, 'osa.config.ts', "\n\nthrow new Error('not today')\n")
    const { code, stderr } = await sandbox.run(['deploy'])
    expect(stderr).toContain(` ✗ ${path} can't be loaded: not today\n   at ${path}:3:7\n`)
    expect(code).toBe(9)
    expect(node.requests).toEqual([])
  })

  test('that leaves the extension out of an import is reported with the name of the file', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await readyWithoutFile(sandbox, node)
    await writeProject(sandbox, 'parts.mjs', "export const title = 'Maps'\n")
    // An .mjs file, because Node runs it without the loader, which would find parts.mjs.
    await writeProject(sandbox, 'osa.config.mjs', "import { title } from './parts'\nexport default { title }\n")
    const { code, stderr } = await sandbox.run(['deploy'])
    expect(stderr).toContain(' → Write the extension in the import: parts.mjs\n')
    expect(code).toBe(9)
  })

  test.each(['await new Promise(() => {})', 'process.exit(0)'])(
    'that never finishes loading is an error: %s',
    async (text) => {
      await using node = await fakeOsaServer()
      await using sandbox = await makeSandbox()
      await readyWithoutFile(sandbox, node)
      const path = await writeProject(sandbox, 'osa.config.mjs', text)
      const { code, stderr } = await sandbox.run(['deploy'])
      expect(stderr).toContain(` ✗ ${path} never finished loading\n`)
      const json = await sandbox.run(['deploy', '--json'])
      expect(JSON.parse(json.stdout).error).toMatchObject({ code: 'malformed_config', exit_code: 9 })
      expect([code, json.code]).toEqual([9, 9])
      expect(node.requests).toEqual([])
    },
  )

  test('K29 is run only by deploy, not by whoami or status', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await readyWithoutFile(sandbox, node)
    await writeProject(
      sandbox,
      'osa.config.mjs',
      "import { writeFileSync } from 'node:fs'\nwriteFileSync('was-run', '')\n",
    )
    await sandbox.run(['whoami'])
    await sandbox.run(['status'])
    expect(await readdir(sandbox.project)).not.toContain('was-run')
    await sandbox.run(['deploy'])
    expect(await readdir(sandbox.project), 'deploy runs the file').toContain('was-run')
  })
})

describe('the credentials of a deploy', () => {
  test('in a folder without a link, the searched folders and three ways to name the archive are printed', async () => {
    await using sandbox = await makeSandbox()
    await writeProject(sandbox, 'osa.config.json', proteinStructures())
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(" ✗ This folder isn't linked to an archive\n   Looked for .osa/config.json in ")
    expect(stderr).toContain(' → Run osa link <url>, or pass --server <url>, or set OSA_SERVER\n')
    expect(code).toBe(3)
  })

  test('deploy does not use the only stored login by itself', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: node.issue() })
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(`   You are logged in to: ${node.url}\n`)
    expect(code).toBe(3)
    expect(node.requests).toEqual([])
  })

  test('without a login, and with an empty secret in CI, nothing is sent or built', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    await rm(sandbox.credentials)
    const alone = await sandbox.call(['deploy'])
    expect(alone.stderr).toBe(` ✗ Not logged in to ${node.url} (from .osa/config.json)\n → Run osa login\n`)
    const inCi = await sandbox.call(['deploy'], { env: { CI: 'true', OSA_TOKEN: '' } })
    expect(inCi.stderr).toBe(
      ` ✗ Not logged in to ${node.url} (from .osa/config.json)\n   OSA_TOKEN is set but empty: the secret may be missing in this job\n → Set OSA_TOKEN\n`,
    )
    expect([alone.code, inCi.code]).toEqual([4, 4])
    expect(node.requests).toEqual([])
  })

  test('K15 an ended session is reported before anything is built, and the saved entry is unchanged', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    const before = await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
    node.revokeFamily()
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toBe(
      `   Deploying to ${node.url} (from .osa/config.json, auth: stored login)\n` +
        ` ✗ Your session on ${node.url} has ended (it was signed out or used elsewhere)\n → Run osa login\n`,
    )
    expect(code).toBe(4)
    expect(await readFile(sandbox.credentials, 'utf8')).toBe(before)
    expect(node.seen('device')).toEqual([])
  })

  test('on a terminal a person may log in again and continue', async () => {
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
    node.revokeFamily()
    const { code, screen } = await sandbox.runOnTerminal(['deploy'], {
      env: { OSA_BROWSER: 'none', OSA_CREDENTIAL_STORE: 'file' },
      answers: { 'Log in now and continue? [Y/n]': '\r' },
    })
    expect(screen).toContain('BCDF-GHJK')
    expect(screen).toContain('Deployed 1 convention')
    expect(code).toBe(0)
  })

  test('for a person with only the role user, the needed role is named before anything is sent', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    node.user.roles = ['user']
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(` ✗ Josiah Carberry may not deploy to ${node.url} (needs role publisher or admin)\n`)
    expect(stderr).toContain(' → Ask an administrator of the archive\n')
    expect(stderr).not.toContain('osa login')
    expect(code).toBe(5)
    expect(node.seen('deploy')).toEqual([])
  })

  test.each([
    [
      { error: 'forbidden', error_description: 'No.', role: 'publisher', needed_roles: ['admin'] },
      'Josiah Carberry may not deploy to URL (needs role admin)',
      'Ask an administrator of the archive',
    ],
    [
      { error: 'insufficient_scope', error_description: 'No.', scope: 'conventions:write' },
      'Josiah Carberry may not deploy to URL with this login (needs scope conventions:write)',
      'Run osa login --force',
    ],
  ])('a refusal of the server is reported with the role or scope that it needs: %o', async (refusal, message, hint) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    node.dictate('deploy', [refusalAnswer(new FakeRefusal('FORBIDDEN', 403, 'No.', { refusal }))])
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(` ✗ ${message.replace('URL', node.url)}\n → ${hint}\n`)
    expect(code).toBe(5)
  })

  test('K31 a token needs no saved login and saves none; a refused token is not renewed', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await writeProject(sandbox, 'osa.config.json', proteinStructures())
    const { access_token: token } = node.issue()
    const env = { OSA_TOKEN: token, OSA_SERVER: node.url, HOME: '/nonexistent' }
    const { code, stderr } = await sandbox.call(['deploy'], { env })
    expect(stderr).toContain(`Deploying to ${node.url} (from OSA_SERVER, auth: OSA_TOKEN)`)
    node.expireAccess()
    const refused = await sandbox.call(['deploy'], { env })
    expect(refused.stderr).toContain(
      ' ✗ The archive refused OSA_TOKEN (token_expired)\n → Create a new token and update OSA_TOKEN\n',
    )
    expect([code, refused.code]).toEqual([0, 4])
    expect(node.seen('refresh')).toEqual([])
    expect(refused.stderr + stderr).not.toContain(token)
  })

  test('K25 neither OSA_TOKEN nor --token is sent to an archive that only a link file names; the help hides --token', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    const { access_token: token } = node.issue()
    const fromEnvironment = await sandbox.call(['deploy'], { env: { OSA_TOKEN: token } })
    const fromFlag = await sandbox.call(['deploy', '--token', token])
    expect([fromEnvironment.code, fromFlag.code]).toEqual([2, 2])
    expect(node.requests).toEqual([])
    const named = await sandbox.call(['deploy', '--token', token, '--server', node.url])
    expect(named.stderr).toContain('auth: --token')
    expect(named.code).toBe(0)
    expect((await sandbox.call(['deploy', '--help'])).stdout).not.toContain('--token')
  })
})

const refused = (code: string, status: number, message: string, data?: object): string =>
  String(refusalAnswer(new FakeRefusal(code, status, message, data)).body)
const limited = { error: 'limited', error_description: 'Too much.', retry_after_seconds: 30 }
const tooMuch = refused('TOO_MANY_REQUESTS', 429, 'Too much.', { refusal: limited })

describe('the registration', () => {
  test('an access token that expires before it is renewed silently; -v and --json say so', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    let hasExpired = false
    const expireOnce = (soFar: string): void => {
      if (hasExpired || !soFar.includes('Registering')) return
      hasExpired = true
      node.expireAccess()
    }
    node.slow(150)
    await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
    const { code, stdout } = await sandbox.call(['deploy', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, token_refreshed: true })
    expect(code).toBe(0)
    const verbose = await sandbox.run(['deploy', '-v'], { onStderr: expireOnce })
    expect(verbose.code).toBe(0)
    expect(verbose.stderr).toContain('   Session refreshed (access token had expired)\n')
    expect(node.seen('refresh')).toHaveLength(2)
  })

  test('if the answer is lost, the request is repeated once, which changes nothing', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    node.loseDeployResponses(1)
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(' ⚠ The answer was lost; sending the same request again')
    expect(stderr).toMatch(/Protein Structures {2}pdb-structure@1\.0\.0 {2}\d+\.\ds {2}unchanged\n/)
    expect(code).toBe(0)
    expect(node.conventions.map(({ contents }) => contents.length)).toEqual([1])
  })

  test('if the answer is lost twice, osa says that the convention may be registered and that a repeat is safe', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    node.loseDeployResponses(2)
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain('   The convention may be registered anyway: the answer was lost twice.\n')
    expect(stderr).toContain(' → Run osa deploy again: that is safe, because unchanged content changes nothing\n')
    expect(code).toBe(7)
    const again = await sandbox.call(['deploy'])
    expect(again.stderr).toContain('unchanged')
    expect(again.code).toBe(0)
  })

  test('K16 after Ctrl-C during the registration osa waits for the answer, so that it reports what the archive did', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    let interrupt: (() => void) | null = null
    node.slow(700)
    const { code, stderr } = await sandbox.run(['deploy'], {
      onStart: (child) => {
        interrupt = () => void child.kill('SIGINT')
      },
      onStderr: (soFar) => {
        if (!soFar.includes('Registering')) return
        interrupt?.()
        interrupt = null
      },
    })
    expect(stderr).toContain('Deployed 1 convention')
    expect(stderr).not.toContain('nothing was changed')
    expect(code).toBe(130)
    expect(node.conventions).toHaveLength(1)
  })

  test('issues that only the server finds are printed with their paths', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    const json = {
      error: 'invalid_convention',
      error_description: 'No.',
      issues: [{ path: 'conventions.0.hooks.0.release.digest', message: 'write a digest that exists' }],
    }
    node.dictate('deploy', [resultAnswer(json)])
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(` ✗ ${node.url} registered nothing: 1 thing is missing or wrong\n`)
    expect(stderr).toContain('   hooks.0.release.digest  write a digest that exists\n')
    expect(code).toBe(10)
  })

  test.each([
    [404, 'application/json', refused('NOT_FOUND', 404, 'No procedure'), 8, "doesn't support this kind of deploy"],
    [404, 'application/json', '{"detail":"Not Found"}', 8, "doesn't support this kind of deploy"],
    [404, 'text/html', '<title>Not here</title>', 8, 'answered with a web page'],
    [429, 'application/json', '{"error":"Too much."}', 8, 'asks to slow down'],
    [429, 'application/json', tooMuch, 8, 'registered nothing: Too much.'],
    [413, 'application/json', '{"detail":{"code":"invalid_request","message":"No."}}', 10, 'are too large for http://'],
    [400, 'application/json', refused('BAD_REQUEST', 400, 'No shape.'), 10, 'refused the conventions: No shape.'],
    [500, 'application/json', '{"error":{"json":{"message":"Oh."}}}', 8, 'reports a server error (HTTP 500)'],
    [200, 'application/json', '{"result":{}}', 8, 'did not answer like an archive'],
  ])('HTTP %d %s has its own exit code and no stack trace', async (status, type, body, exitCode, message) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await ready(sandbox, node)
    node.dictate('deploy', [{ status, headers: { 'content-type': type }, body }])
    const { code, stderr } = await sandbox.call(['deploy'])
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(code).toBe(exitCode)
  })
})

test('the search for a file ends at the folder of the link file', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await readyWithoutFile(sandbox, node)
  await writeProject(sandbox, '../osa.config.json', proteinStructures())
  const { code } = await sandbox.call(['deploy'], { cwd: sandbox.project })
  expect(code).toBe(2)
  expect(dirname(sandbox.project)).toBe(sandbox.home)
})
