/** Runs the hints: each command line that the command, the SDK or the node mentions, and the hints of failures until the command works. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOsaClient } from '@osa/sdk'
import { type FakeOsaServer, fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { proteinStructures } from './testing/conventions.ts'
import { namedCommands } from './testing/named-commands.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'

/** Words after "osa" in sentences about the program, not commands. */
const prose = ['without', 'will']

/** The code in the examples. The test replaces it by the code of a sign-in that it has started. */
const exampleCode = 'BCDF-GHJK'

/** Fills in a placeholder as a person would. */
function filledIn(word: string, node: FakeOsaServer): string {
  if (/^(<url>|\$\{.*(url|server|origin).*\}|archive\.example\.org|http:\/\/127\.0\.0\.1:8000)$/i.test(word))
    return node.url
  if (word === '<id>' || word.endsWith('-…')) return '00000000'
  if (/^\$\{.*(meant|shell|first)\}$/.test(word)) return 'bash'
  if (word === '<command>') return 'login'
  if (word === '<dir>' || word === `\${place}`) return '.'
  if (word === '<folder>') return 'new-folder'
  if (word === '<file>') return 'manifest.json'
  if (/[<$…]/.test(word)) throw new Error(`filledIn does not know the placeholder ${word}`)
  return word
}

/** Prepares a sandbox: signed in, linked, with files to deploy; the archive has a convention with two versions and a waiting sign-in. */
async function settle(sandbox: Sandbox, node: FakeOsaServer): Promise<void> {
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  await seedLink(sandbox, { server: node.url })
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  for (const description of ['first', 'second']) {
    await osa.conventions.deploy.mutate({
      conventions: [{ ...proteinStructures(), title: 'PDB structure', description } as never],
    })
  }
  await osa.device.start.mutate({})
  const file = { manifest_version: 1, conventions: [proteinStructures()] }
  await writeFile(join(sandbox.project, 'osa.config.json'), JSON.stringify(file))
  await writeFile(join(sandbox.project, 'manifest.json'), JSON.stringify(file))
}

/** Commands that cannot work in this sandbox, with their exit codes: it has no keychain, and already has a convention. */
const elsewhere: Readonly<Record<string, number>> = { 'login --storage keychain': 9, init: 2 }

const named = namedCommands().filter(({ command }) => !prose.includes(command))
const lines = [...new Map(named.map((one) => [[one.command, ...one.rest].join(' '), one])).values()]

test('there are command lines to run', () => {
  expect(lines.length).toBeGreaterThan(25)
  expect(new Set(named.map(({ command }) => command)).size).toBeGreaterThan(8)
})

test.each(lines.map((one) => [[one.command, ...one.rest].join(' '), one] as const))(
  'osa %s, from a hint or an example, works',
  async (line, { where, command, rest }) => {
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    await settle(sandbox, node)
    const env = { SHELL: '/bin/bash', OSA_BROWSER: 'none', npm_config_offline: 'true' }
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' } })
    const started = await osa.device.start.mutate({ client_id: 'osa-cli' })
    if ('error' in started) throw new Error(started.error)
    const words = rest.map((word) => (word === exampleCode ? started.user_code : filledIn(word, node)))
    const { code, stderr } = await sandbox.call([command, ...words], { env })
    expect({ where, code, stderr }).toMatchObject({ code: elsewhere[line] ?? 0 })
  },
)

/** Runs the commands that hints of failures name, recursively, until the command works. Returns the commands that were typed. */
async function follow(sandbox: Sandbox, node: FakeOsaServer, args: string[]): Promise<string[]> {
  const typed: string[] = []
  const work = async (words: string[]): Promise<void> => {
    for (;;) {
      const { code, stdout, stderr } = await sandbox.call(words)
      if (code === 0) return
      const [, hint = ''] = / → (.*)/.exec(stdout + stderr) ?? []
      const [, line] = /osa ([a-z]+(?: (?:--[a-z-]+|<[a-z]+>|https?:\/\/\S+|file))*)/.exec(hint) ?? []
      if (line === undefined) throw new Error(`no command is named in: ${stdout}${stderr}`)
      if (typed.length > 5) throw new Error(`still not working after: ${typed.join('; ')}`)
      typed.push(line.replaceAll(node.url, 'URL'))
      await work(line.split(' ').map((word) => filledIn(word, node)))
    }
  }
  await work(args)
  return typed
}

type Setup = (sandbox: Sandbox, node: FakeOsaServer) => unknown

test.each<[what: string, args: string[], setup: Setup, typed: string[]]>([
  ['whoami in a new folder', ['whoami'], () => undefined, ['link <url>', 'login', 'login --server URL']],
  ['the first login, without a terminal', ['login'], () => undefined, ['login <url>']],
  [
    'a session that has ended',
    ['whoami'],
    async (sandbox, node) => {
      await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
      node.revokeFamily()
    },
    ['login URL'],
  ],
  [
    'a login that cannot be renewed, with status --offline',
    ['status', '--offline'],
    (sandbox, node) => seedCredentials(sandbox, { [node.url]: { access_token: 'a', expires_at: 1 } }),
    ['login URL'],
  ],
  ['a link file that is broken', ['unlink'], (sandbox) => seedLink(sandbox, '{"server": }'), ['link <url> --force']],
  [
    'a file of logins that is broken',
    ['whoami'],
    async (sandbox, node) => {
      await seedLink(sandbox, { server: node.url })
      await seedCredentials(sandbox, '{')
    },
    ['login', 'login --server URL'],
  ],
])('the hints of osa fix this problem: %s', async (_, args, setup, typed) => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  await setup(sandbox, node)
  expect(await follow(sandbox, node, args)).toEqual(typed)
})

test.each([
  [['sesions'], 'sessions'],
  [['link', 'URL'], 'link URL --force'],
  [['unlink', '--server', 'URL'], 'unlink'],
  [['sessions', '--revoke', 'ffffffff'], 'sessions'],
  [['whoami', 'extra'], 'whoami --help'],
] as const)('the hint of the refused command osa %j works: %s', async (args, line) => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  const isAboutLinks = ['link', 'unlink'].includes(args[0])
  await seedLink(sandbox, { server: isAboutLinks ? 'http://127.0.0.1:61' : node.url })
  const there = (word: string): string => (word === 'URL' ? node.url : word)
  const { code, stderr } = await sandbox.call(args.map(there))
  expect(code).not.toBe(0)
  const command = line.split(' ').map(there)
  expect(stderr).toMatch(new RegExp(` → .*osa ${command.join(' ')}\n`))
  expect((await sandbox.call(command)).code).toBe(0)
})
