import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Build } from '@osa/sdk/deploy'
import { fakeOsaServer } from '@osa/sdk/testing'
import { describe, expect, test } from 'vitest'
import { builtHook, proteinStructures, releasedHook, writeContext, writeProject } from './testing/conventions.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'
import { makeStandInTool, type StandInTool } from './testing/stand-in-tool.ts'

type FakeOsaServer = Awaited<ReturnType<typeof fakeOsaServer>>

/** A linked folder with a login, and a convention with one hook to build and one that is pinned. */
async function ready(
  sandbox: Sandbox,
  node: FakeOsaServer,
): Promise<{ tool: StandInTool; env: Record<string, string> }> {
  await seedLink(sandbox, { server: node.url })
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  await writeContext(sandbox, 'find_pockets')
  await writeProject(
    sandbox,
    'osa.config.json',
    proteinStructures([builtHook('find_pockets'), releasedHook('validate_structure')]),
  )
  const tool = await makeStandInTool(join(sandbox.home, 'tools'))
  return { tool, env: { PATH: tool.path, OSA_REGISTRY: 'ghcr.io/group' } }
}

const sentHooks = (node: FakeOsaServer): Record<string, unknown>[] =>
  JSON.parse(node.seen('deploy')[0]?.body ?? '')[0].json.conventions[0].hooks

const filesBelow = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).map(String).sort()

describe.each(['docker', 'podman'] as const)('with %s', (name) => {
  test("an image is built, pushed and pinned by the registry's digest; a release is sent unchanged", async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { tool, env } = await ready(sandbox, node)
    if (name === 'podman') await tool.behave({ isDockerDown: true })
    const before = await filesBelow(sandbox.project)
    const { code, stdout, stderr } = await sandbox.call(['deploy'], { env })
    const [built, pinned] = sentHooks(node)
    const { image, digest } = (built as { release: { image: string; digest: string } }).release
    expect(image).toMatch(/^ghcr\.io\/group\/find_pockets:[0-9a-f]{12}$/)
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(pinned).toEqual(releasedHook('validate_structure'))
    expect(built).not.toHaveProperty('build')
    expect(stderr).toMatch(
      new RegExp(`==> Building images \\(1\\)\\n ✓ find_pockets {2}${digest.slice(7, 19)} {2}\\d+\\.\\ds\\n`),
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(await filesBelow(sandbox.project), 'the folder is unchanged').toEqual(before)

    const calls = (await tool.calls()).filter((call) => call.tool === name && !call.argv[0]?.includes('version'))
    const latest = 'ghcr.io/group/find_pockets:latest'
    const digestFile = name === 'podman' ? ['--digestfile', expect.any(String)] : []
    expect(calls.map(({ argv }) => argv)).toEqual([
      [
        'build',
        '--platform',
        'linux/amd64',
        '--iidfile',
        expect.any(String),
        '--file',
        expect.any(String),
        expect.any(String),
      ],
      ['tag', expect.stringMatching(/^sha256:/), image],
      ['push', ...digestFile, image],
      ['tag', expect.stringMatching(/^sha256:/), latest],
      ['push', latest],
    ])
  })

  test('--skip-build uses the image that was pushed last, and is refused if there is none', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { tool, env } = await ready(sandbox, node)
    const isDockerDown = name === 'podman'
    await tool.behave({ isDockerDown })
    const absent = await sandbox.call(['deploy', '--skip-build'], { env })
    expect(absent.stderr).toContain(' ✗ ghcr.io/group/find_pockets:latest is not in the registry\n')
    expect(absent.stderr).toContain(' → Run osa deploy without --skip-build first\n')
    expect(absent.code).toBe(10)
    expect(node.seen('deploy')).toEqual([])
    await tool.behave({ isDockerDown, pushed: ['ghcr.io/group/find_pockets'] })
    const { code, stderr } = await sandbox.call(['deploy', '--skip-build'], { env })
    expect(stderr).toContain('==> Looking up images (1)\n ✓ find_pockets  ')
    expect(code).toBe(0)
    expect(sentHooks(node)[0]?.release).toMatchObject({ digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) })
    expect((await tool.calls()).some(({ argv }) => argv[0] === 'build')).toBe(false)
  })
})

test('the same files give the same image name, so that a second deploy changes nothing', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { env } = await ready(sandbox, node)
  await sandbox.call(['deploy'], { env })
  const again = await sandbox.call(['deploy'], { env })
  expect(again.stderr).toContain('unchanged')
  await writeProject(sandbox, 'hooks/find_pockets/Dockerfile', 'FROM scratch\nUSER 1000\n')
  const changed = await sandbox.call(['deploy'], { env })
  expect(changed.stderr).toContain('version 2')
})

test('K17 without an ignore file .env, .git and the token stay out of a build', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { tool, env } = await ready(sandbox, node)
  await rm(sandbox.credentials)
  const token = node.issue().access_token
  const { code, stderr } = await sandbox.call(['deploy'], { env: { ...env, OSA_TOKEN: token, OSA_SERVER: node.url } })
  expect(stderr).not.toContain('⚠')
  expect(code).toBe(0)
  const calls = await tool.calls()
  const build = calls.find(({ argv }) => argv[0] === 'build')
  expect(build?.files).toEqual(['Dockerfile', 'hook.mjs'])
  expect(build?.argv.at(-1), 'built from a copy').not.toBe(join(sandbox.project, 'hooks/find_pockets'))
  expect(existsSync(build?.argv.at(-1) ?? '')).toBe(false)
  expect(calls.flatMap((call) => call.env).filter((name) => name.startsWith('OSA_'))).toEqual([])
  expect(JSON.stringify(calls)).not.toContain(token)
})

test('in a build context pipes are left out, and symbolic links stay links', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { tool, env } = await ready(sandbox, node)
  const context = join(sandbox.project, 'hooks/find_pockets')
  execFileSync('mkfifo', [join(context, 'pipe')])
  await symlink('.env', join(context, 'link'))
  const { code } = await sandbox.call(['deploy'], { env })
  expect(code).toBe(0)
  const build = (await tool.calls()).find(({ argv }) => argv[0] === 'build')
  expect(build?.files).toEqual(['Dockerfile', 'hook.mjs', 'link'])
})

test("a person's .dockerignore is used, with a warning if it lets .env through", async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { tool, env } = await ready(sandbox, node)
  const path = await writeProject(sandbox, 'hooks/find_pockets/.dockerignore', '.git\n')
  const careless = await sandbox.call(['deploy'], { env })
  expect(careless.stderr).toContain(` ⚠ ${path} lets .env and .env.local into the image\n`)
  expect((await tool.calls()).find(({ argv }) => argv[0] === 'build')?.argv.at(-1)).toBe(dirname(path))
  await writeProject(sandbox, 'hooks/find_pockets/.dockerignore', '*\n!hook.mjs\n')
  const careful = await sandbox.call(['deploy'], { env })
  expect(careful.stderr).not.toContain('⚠')
  expect([careless.code, careful.code]).toEqual([0, 0])
})

test('a rule .env excludes only the top-level file, so others cause a warning', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { env } = await ready(sandbox, node)
  for (let at = 1; at <= 6; at++) await writeProject(sandbox, `hooks/find_pockets/part${at}/.env`, 'SECRET=1')
  const path = await writeProject(sandbox, 'hooks/find_pockets/.dockerignore', '.git\n.env\n.env.*\n')
  const { stderr } = await sandbox.call(['deploy'], { env })
  const [some, more] = ['part1/.env, part2/.env, part3/.env, part4/.env, part5/.env', 'and 1 more']
  expect(stderr).toContain(` ⚠ ${path} lets ${some} ${more} into the image\n`)
  await writeProject(sandbox, 'hooks/find_pockets/.dockerignore', '.git\n**/.env*\n')
  expect((await sandbox.call(['deploy'], { env })).stderr).not.toContain('⚠')
})

test('a context that is a symbolic link to a folder is built from that folder', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { tool, env } = await ready(sandbox, node)
  await symlink('find_pockets', join(sandbox.project, 'hooks/linked'))
  const linked = { ...builtHook('find_pockets'), build: { context: 'hooks/linked' } }
  await writeProject(sandbox, 'osa.config.json', proteinStructures([linked]))
  expect((await sandbox.call(['deploy'], { env })).code).toBe(0)
  const build = (await tool.calls()).find(({ argv }) => argv[0] === 'build')
  expect(build?.files).toEqual(['Dockerfile', 'hook.mjs'])
  expect(build?.isFolder, 'podman accepts no link').toBe(true)
})

test('podman may use plain http for a registry on this computer, as docker does', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { tool, env } = await ready(sandbox, node)
  await tool.behave({ isDockerDown: true })
  expect((await sandbox.call(['deploy', '--registry', 'localhost:5000'], { env })).code).toBe(0)
  await tool.behave({ isDockerDown: true, pushed: ['localhost:5000/find_pockets'] })
  expect((await sandbox.call(['deploy', '--registry', 'localhost:5000', '--skip-build'], { env })).code).toBe(0)
  const reaching = (await tool.calls()).filter(({ argv }) => argv[0] === 'push' || argv[0] === 'pull')
  expect(reaching.map(({ argv }) => argv.slice(0, 2))).toEqual([
    ['push', '--tls-verify=false'],
    ['push', '--tls-verify=false'],
    ['pull', '--tls-verify=false'],
  ])
})

test('hooks that are built from the same files share one image; two different builds with one name are an issue', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { tool, env } = await ready(sandbox, node)
  const [one, other] = [
    builtHook('find_pockets'),
    { ...builtHook('find_more'), build: builtHook('find_pockets').build },
  ]
  const shared = { context: 'hooks/find_pockets', image: 'pockets/all' }
  await writeProject(
    sandbox,
    'osa.config.json',
    proteinStructures([
      { ...one, build: shared },
      { ...other, build: shared },
    ]),
  )
  const { code } = await sandbox.call(['deploy'], { env })
  expect(code).toBe(0)
  expect((await tool.calls()).filter(({ argv }) => argv[0] === 'build')).toHaveLength(1)
  expect(new Set(sentHooks(node).map(({ release }) => JSON.stringify(release))).size).toBe(1)
  await writeContext(sandbox, 'elsewhere')
  const clash = [
    { ...one, build: shared },
    { ...other, build: { ...shared, context: 'hooks/elsewhere' } },
  ]
  await writeProject(sandbox, 'osa.config.json', proteinStructures(clash))
  const refused = await sandbox.call(['deploy'], { env })
  expect(refused.stderr).toContain('hooks.1.build.image  choose another image name: pockets/all is already built from')
  expect(refused.code).toBe(10)
})

test('a failed build shows the end of its output, keeps a log of all of it, and registers nothing', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { tool, env } = await ready(sandbox, node)
  await tool.behave({ buildFails: 'Step 3/3 : RUN make\nmake: *** No rule to make target' })
  const { code, stderr } = await sandbox.call(['deploy'], { env })
  expect(stderr).toContain(
    ' ✗ Building find_pockets failed (docker build exited with 1)\n   building\n   Step 3/3 : RUN make\n',
  )
  const log = /Full output: (\S+)/.exec(stderr)?.[1] ?? ''
  expect(await readFile(log, 'utf8')).toContain('No rule to make target')
  await rm(dirname(log), { recursive: true })
  expect(code).toBe(10)
  expect(node.seen('deploy')).toEqual([])
  const json = JSON.parse((await sandbox.call(['deploy', '--json'], { env })).stdout)
  expect(json.error).toMatchObject({ code: 'build_failed', exit_code: 10 })
  await rm(dirname(json.error.path), { recursive: true })
})

test('-v shows the output of the tool as it runs', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { env } = await ready(sandbox, node)
  const { stderr } = await sandbox.call(['deploy', '-v'], { env })
  expect(stderr).toContain('   Successfully built\n')
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('K16 %s ends a running build, and the run with %d', async (signal, exitCode) => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { tool, env } = await ready(sandbox, node)
  await tool.behave({ buildHangs: true })
  let kill: (() => void) | null = null
  const temporary = join(sandbox.home, 'tmp')
  await mkdir(temporary)
  const { code, stderr } = await sandbox.run(['deploy', '-v'], {
    env: { ...env, TMPDIR: temporary },
    onStart: (child) => {
      kill = () => void child.kill(signal)
    },
    onStderr: (soFar) => {
      if (!soFar.includes('   building\n')) return
      kill?.()
      kill = null
    },
  })
  // This also shows that the build has ended: while it runs, it keeps the streams open, and `run` would not return.
  expect(stderr).toContain(' ✗ Cancelled – nothing was changed\n')
  expect(code).toBe(exitCode)
  expect(node.seen('deploy')).toEqual([])
  expect(await readdir(temporary)).toEqual([])
})

describe('a build context stays below the folder of its file', () => {
  const from = (build: Build) => ({ ...builtHook('find_pockets'), build })
  const outside = (sandbox: Sandbox) => join(sandbox.home, 'private')
  const seed = async (sandbox: Sandbox): Promise<void> => {
    await mkdir(outside(sandbox))
    for (const name of ['Dockerfile', 'id_ed25519']) await writeFile(join(outside(sandbox), name), 'FROM scratch\n')
    await symlink(outside(sandbox), join(sandbox.project, 'hooks/inside'))
    await symlink(join(outside(sandbox), 'Dockerfile'), join(sandbox.project, 'hooks/find_pockets/linked.Dockerfile'))
  }

  test.each([
    ['a path upwards', { context: '../private' }, 'context'],
    ['an absolute path', { context: '/etc', dockerfile: 'hooks/find_pockets/Dockerfile' }, 'context'],
    ['a link', { context: 'hooks/inside' }, 'context'],
    ['a Dockerfile elsewhere', { context: 'hooks/find_pockets', dockerfile: '../private/Dockerfile' }, 'dockerfile'],
    [
      'a Dockerfile that is a link',
      { context: 'hooks/find_pockets', dockerfile: 'hooks/find_pockets/linked.Dockerfile' },
      'dockerfile',
    ],
  ])('%s to another folder is refused, also in a manifest', async (_name, build, key) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { tool, env } = await ready(sandbox, node)
    await seed(sandbox)
    const manifest = await writeProject(sandbox, 'manifest.json', proteinStructures([from(build)]))
    for (const args of [
      ['--manifest', manifest],
      ['--manifest', '-'],
      ['--manifest', manifest, '--dry-run'],
    ]) {
      const input = JSON.stringify(proteinStructures([from(build)]))
      const { code, stderr } = await sandbox.run(['deploy', ...args], { env, input })
      expect(stderr).toMatch(
        new RegExp(
          `hooks\\.0\\.build\\.${key} .* is outside of ${sandbox.project}: move it there, or run osa deploy --context-root <dir>\n`,
        ),
      )
      expect(code).toBe(10)
    }
    expect(await tool.calls()).toEqual([])
  })

  test('unless --context-root allows it', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { tool, env } = await ready(sandbox, node)
    await seed(sandbox)
    await writeProject(sandbox, 'osa.config.json', proteinStructures([from({ context: '../private' })]))
    const { code, stderr } = await sandbox.call(['deploy', '--context-root', '..'], { env })
    expect(stderr).toContain('   find_pockets is built from ../private (2 files, 26 bytes)\n')
    expect(code).toBe(0)
    expect((await tool.calls()).find(({ argv }) => argv[0] === 'build')?.files).toEqual(['Dockerfile', 'id_ed25519'])
    const narrow = await sandbox.call(['deploy', '--context-root', 'hooks'], { env })
    const wrong = await sandbox.call(['deploy', '--context-root', 'nowhere'], { env })
    expect([narrow.code, wrong.code]).toEqual([10, 2])
  })

  test('and is not the whole home folder, even if the file is there', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { tool, env } = await ready(sandbox, node)
    await writeProject(sandbox, '../Dockerfile', 'FROM scratch\n')
    await writeProject(sandbox, '../osa.config.json', proteinStructures([from({ context: '.' })]))
    const run = (...args: string[]) =>
      sandbox.call(['deploy', '--server', node.url, ...args], { env, cwd: sandbox.home })
    const { code, stderr } = await run()
    expect(stderr).toContain(`${sandbox.home} is your whole home folder or disk: use a folder in it\n`)
    expect([code, await tool.calls()]).toEqual([10, []])
    expect((await run('--context-root', '.')).code).toBe(0)
  })
})

test('the size of each context, after its ignore rules, is printed before anything is built', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { env } = await ready(sandbox, node)
  const line = '   find_pockets is built from hooks/find_pockets '
  const { stderr } = await sandbox.call(['deploy'], { env })
  expect(stderr).toContain(`${line}(2 files, 13 bytes)\n==> Building images (1)\n`)
  await writeProject(sandbox, 'hooks/find_pockets/data/large', 'x'.repeat(4321))
  await writeProject(sandbox, 'hooks/find_pockets/.dockerignore', '*\n!Dockerfile\n!data/large\n')
  expect((await sandbox.call(['deploy'], { env })).stderr).toContain(`${line}(2 files, 4.3 kB)\n`)
  await writeProject(sandbox, 'hooks/find_pockets/data/.env', 'SECRET=1')
  const path = await writeProject(sandbox, 'hooks/find_pockets/.dockerignore', '*\n!Dockerfile\n!data/.env\n')
  expect((await sandbox.call(['deploy'], { env })).stderr).toContain(` ⚠ ${path} lets data/.env into the image\n`)
})

describe('a container tool that fails without output is reported as such', () => {
  test.each([
    ['build', 'fails', 'Building find_pockets failed (docker build exited with 125, and printed nothing)'],
    ['build', 'killed', 'Building find_pockets failed (docker build was ended by SIGKILL, and printed nothing)'],
    ['build', 'idle', 'Building find_pockets failed (docker build reported no image, and printed nothing)'],
    ['push', 'fails', 'Pushing find_pockets failed (docker push exited with 125, and printed nothing)'],
    ['image', 'idle', 'Pushing find_pockets failed (docker reported no digest for '],
  ] as const)('%s that %s', async (verb, how, message) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { tool, env } = await ready(sandbox, node)
    const temporary = join(sandbox.home, 'tmp')
    await mkdir(temporary)
    await tool.behave({ silently: { [verb]: how, ...(verb === 'image' ? { push: 'idle' } : {}) } })
    const { code, stderr } = await sandbox.call(['deploy'], { env: { ...env, TMPDIR: temporary } })
    expect(stderr).toContain(` ✗ ${message}`)
    expect(code).toBe(10)
    expect(await readdir(temporary), 'no log is kept if nothing was printed').toEqual([])
  })

  test('also while osa looks for one', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { env, tool } = await ready(sandbox, node)
    await tool.behave({ silently: { version: 'fails' } })
    const { code, stderr } = await sandbox.call(['deploy'], { env })
    expect(stderr).toContain(
      " ✗ Can't use docker or podman on this computer\n" +
        '   docker version exited with 125: it printed nothing\n' +
        '   podman version exited with 125: it printed nothing\n',
    )
    expect(code).toBe(10)
    await tool.behave({ isDockerDown: true })
    const down = await sandbox.call(['deploy'], { env: { ...env, OSA_CONTAINER_TOOL: 'docker' } })
    expect(down.stderr).toContain('   docker version exited with 1: Cannot connect to the Docker daemon\n')
    const none = await sandbox.call(['deploy'], { env: { ...env, PATH: '/nonexistent' } })
    expect(none.stderr).toContain("   docker can't be started (ENOENT)\n   podman can't be started (ENOENT)\n")
  })
})

describe('before anything is sent or built', () => {
  test('a missing or invalid registry is refused', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { env } = await ready(sandbox, node)
    const none = await sandbox.call(['deploy'], { env: { ...env, OSA_REGISTRY: '' } })
    expect(none.stderr).toContain(' → Pass --registry ghcr.io/<group>, or set OSA_REGISTRY\n')
    const wrong = await sandbox.call(['deploy', '--registry', 'https://user:secret@ghcr.io/x'], { env })
    expect(wrong.stderr).toContain('The name of the registry is not valid')
    expect(wrong.stderr).not.toContain('secret')
    const port = await sandbox.call(['deploy', '--registry', 'localhost:99999'], { env })
    expect(port.stderr).toContain('The name of the registry is not valid')
    expect([none.code, wrong.code, port.code]).toEqual([2, 2, 2])
    expect(node.requests).toEqual([])
  })

  test('--dry-run prints what would be built and runs no tool', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { tool, env } = await ready(sandbox, node)
    const { code, stdout, stderr } = await sandbox.call(['deploy', '--dry-run'], { env })
    expect(stderr).toContain('   Would build find_pockets from hooks/find_pockets\n')
    expect(JSON.parse(stdout).conventions[0].hooks[0].build).toEqual({ context: 'hooks/find_pockets' })
    expect(code).toBe(0)
    expect(await tool.calls()).toEqual([])
  })

  test('a container tool that does not run is refused', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { env, tool } = await ready(sandbox, node)
    await tool.behave({ isDockerDown: true })
    const { code, stderr } = await sandbox.call(['deploy'], { env: { ...env, OSA_CONTAINER_TOOL: 'docker' } })
    expect(stderr).toContain(" ✗ Can't use docker on this computer\n")
    const other = await sandbox.call(['deploy'], { env: { ...env, OSA_CONTAINER_TOOL: 'sh -c' } })
    expect([code, other.code]).toEqual([10, 2])
    expect(node.seen('deploy')).toEqual([])
  })
})
