/** Compiles and runs the examples of the SDK, with a real node. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@osa/db/testing/free-port'
import { createOsaClient } from '@osa/sdk'
import { login, storedCredentials, writeLink } from '@osa/sdk/node'
import { QueryClient } from '@tanstack/react-query'
import { beforeAll, expect, test } from 'vitest'
import { approve } from './approve.ts'
import { cleanEnvironment, repository } from './node-process.ts'
import { nodeForThisFile } from './on-postgres.ts'

const examples = join(repository, 'packages/sdk/examples')
const node = nodeForThisFile()
let configDir: string

beforeAll(async () => {
  configDir = join(node.folder, 'config')
  const onVerification = ({ userCode }: { userCode: string }) => approve(node.url, userCode)
  await login({ server: node.url, configDir, storage: 'file', onVerification })
})

interface Ended {
  code: number
  stdout: string
  stderr: string
}

async function run(name: string, env: Record<string, string>, cwd = node.folder): Promise<Ended> {
  const program = promisify(execFile)(process.execPath, [join(examples, `${name}.ts`)], {
    cwd,
    env: { ...cleanEnvironment(), HOME: node.folder, ...env },
  })
  return program.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failed: Ended) => failed,
  )
}

test('the examples compile', async () => {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc')
  const compiled = promisify(execFile)(process.execPath, [tsc, '-p', examples])
  const { stdout } = await compiled.catch((failed: Ended) => failed)
  expect(stdout).toBe('')
})

test('developer-machine prints who is signed in, or what to do', async () => {
  const project = join(node.folder, 'project')
  await mkdir(project)
  expect(await run('developer-machine', {}, project)).toMatchObject({ code: 3, stderr: 'Please run: osa link <url>\n' })
  await writeLink({ folder: project, server: node.url, now: Date.now })
  expect(await run('developer-machine', {}, project)).toMatchObject({ code: 4, stderr: 'Please run: osa login\n' })
  const signedIn = await run('developer-machine', { OSA_CONFIG_DIR: configDir }, project)
  expect(signedIn).toMatchObject({ code: 0, stdout: `Josiah Carberry on ${node.url}\n` })
})

test('ci-token uses its second token if the first is refused', async () => {
  const token = await storedCredentials({ configDir }).getToken({ server: node.url, serverSource: 'option' })
  const env = { OSA_NODE: node.url, VAULT_TOKEN: 'too-old', VAULT_NEXT_TOKEN: token ?? '' }
  expect(await run('ci-token', env)).toMatchObject({ code: 0, stdout: '1 open session(s)\n' })
  const refused = await run('ci-token', { OSA_NODE: node.url, VAULT_TOKEN: 'too-old' })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('not_authenticated')
  expect(refused.stderr).not.toContain('too-old')
})

test('cancellation distinguishes an answer, a deadline and an unreachable address', async () => {
  expect(await run('cancellation', { OSA_NODE: node.url })).toMatchObject({ code: 0 })
  const late = await run('cancellation', { OSA_NODE: node.url, DEADLINE_MS: '0' })
  expect(late).toMatchObject({ code: 7 })
  expect(late.stderr).toContain('(try again)')
  const nobody = await run('cancellation', { OSA_NODE: `http://127.0.0.1:${await freePort()}` })
  expect(nobody.code).toBe(7)
  expect(nobody.stderr).toContain('connection_refused, again in')
})

/** Starts an example that keeps running, and waits for its greeting. */
async function start(name: string, env: Record<string, string>, greeting: RegExp) {
  const child = spawn(process.execPath, [join(examples, `${name}.ts`)], {
    cwd: node.folder,
    env: { ...cleanEnvironment(), HOME: node.folder, ...env },
  })
  const ended = once(child, 'exit')
  const said = { stdout: '', stderr: '' }
  const [, ...found] = await new Promise<RegExpExecArray>((done, fail) => {
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text
        const match = greeting.exec(said[stream])
        if (match) done(match)
      })
    }
    child.once('exit', () => fail(new Error(`${name} exited: ${said.stderr}`)))
  })
  return { child, ended, said, found }
}

test('daemon signs in once with a person, and later with its stored login', async () => {
  const secretFile = join(node.folder, 'daemon.json')
  const env = { OSA_NODE: node.url, SECRET_FILE: secretFile, ROUNDS: '1' }
  const first = await start('daemon', env, /and type (\S+)/)
  await approve(node.url, first.found[0] ?? '')
  expect(await first.ended).toEqual([0, null])
  expect(first.said.stdout).toBe('Josiah Carberry: 0 convention(s)\n')
  // some weeks later, the access token has expired
  const [entry] = Object.entries(JSON.parse(await readFile(secretFile, 'utf8')) as Record<string, object>)
  const [server, login] = entry ?? ['', {}]
  await writeFile(secretFile, JSON.stringify({ [server]: { ...login, expires_at: 1 } }))
  expect(await run('daemon', env)).toMatchObject({ code: 0, stdout: 'Josiah Carberry: 0 convention(s)\n', stderr: '' })
  expect(JSON.parse(await readFile(secretFile, 'utf8'))[server].expires_at).toBeGreaterThan(Date.now() / 1000)
})

test('express-middleware accepts only requests with a token of the node', async () => {
  const port = await freePort()
  const tool = await start('express-middleware', { OSA_NODE: node.url, PORT: String(port) }, /(http:\S+)/)
  const token = await storedCredentials({ configDir }).getToken({ server: node.url, serverSource: 'option' })
  const ask = async (path: string, authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    return [answer.status, await answer.json()]
  }
  expect(await ask('/hello', `Bearer ${token}`)).toEqual([200, { hello: 'Josiah Carberry', roles: expect.any(Array) }])
  expect(await ask('/subject', `Bearer ${token}`)).toEqual([200, { subject: expect.any(String) }])
  for (const path of ['/hello', '/subject']) {
    for (const wrong of [undefined, 'Bearer x', `Bearer ${token?.slice(0, -8)}AAAAAAAA`]) {
      expect((await ask(path, wrong))[0], `${path} ${wrong?.slice(0, 10)}`).toBe(401)
    }
  }
  tool.child.kill('SIGTERM')
  await tool.ended
})

test('react-query caches by key, and passes on errors of the node', async () => {
  const { sessions, whoami } = await import(join(examples, 'react-query.ts'))
  const token = await storedCredentials({ configDir }).getToken({ server: node.url, serverSource: 'option' })
  const queries = new QueryClient()
  const osa = createOsaClient({ server: node.url, auth: token ?? '' })
  expect(await queries.fetchQuery(whoami(osa))).toMatchObject({ display_name: 'Josiah Carberry' })
  expect(queries.getQueryData(['osa', 'me'])).toMatchObject({ display_name: 'Josiah Carberry' })
  expect(await queries.fetchQuery(sessions(osa))).toContainEqual(expect.objectContaining({ current: true }))
  const stranger = createOsaClient({ server: node.url, auth: { type: 'none' } })
  const refused = new QueryClient().fetchQuery(whoami(stranger))
  await expect(refused).rejects.toMatchObject({ code: 'not_authenticated' })
})

test('ci-token stores no login', async () => {
  const empty = join(node.folder, 'empty')
  await mkdir(empty)
  await run('ci-token', { OSA_NODE: node.url, VAULT_TOKEN: 'x', OSA_CONFIG_DIR: empty })
  expect(await readdir(empty)).toEqual([])
})
