/** The examples of the SDK, compiled as they stand and run as people run them, against a real node. */

import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { login, storedCredentials, writeLink } from '@osa/sdk/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { approve } from './approve.ts'
import { cleanEnvironment, type NodeProcess, repository, startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const examples = join(repository, 'packages/sdk/examples')
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let node: NodeProcess
let configDir: string

beforeAll(async () => {
  folder = await temporaryFolder()
  node = await startNode({
    DATABASE_URL: await createSharedDatabase({ migrated: true }),
    OSA_DATA_DIR: join(folder.path, 'data'),
  })
  configDir = join(folder.path, 'config')
  const onVerification = ({ userCode }: { userCode: string }) => approve(node.url, userCode)
  await login({ server: node.url, configDir, storage: 'file', onVerification })
})
afterAll(async () => {
  await node[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

interface Ended {
  code: number
  stdout: string
  stderr: string
}

async function run(name: string, env: Record<string, string>, cwd = folder.path): Promise<Ended> {
  const program = promisify(execFile)(process.execPath, [join(examples, `${name}.ts`)], {
    cwd,
    env: { ...cleanEnvironment(), HOME: folder.path, ...env },
  })
  return program.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failed: Ended) => failed,
  )
}

test('they compile', async () => {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc')
  const compiled = promisify(execFile)(process.execPath, [tsc, '-p', examples])
  const { stdout } = await compiled.catch((failed: Ended) => failed)
  expect(stdout).toBe('')
})

test('developer-machine says who is signed in, or what to do when nobody is', async () => {
  const project = join(folder.path, 'project')
  await mkdir(project)
  expect(await run('developer-machine', {}, project)).toMatchObject({ code: 3, stderr: 'Please run: osa link <url>\n' })
  await writeLink({ folder: project, server: node.url, now: Date.now })
  expect(await run('developer-machine', {}, project)).toMatchObject({ code: 4, stderr: 'Please run: osa login\n' })
  const signedIn = await run('developer-machine', { OSA_CONFIG_DIR: configDir }, project)
  expect(signedIn).toMatchObject({ code: 0, stdout: `Josiah Carberry on ${node.url}\n` })
})

test('ci-token uses its own tokens, the second when the first is refused', async () => {
  const token = await storedCredentials({ configDir }).getToken({ server: node.url, serverSource: 'option' })
  const env = { OSA_NODE: node.url, VAULT_TOKEN: 'too-old', VAULT_NEXT_TOKEN: token ?? '' }
  expect(await run('ci-token', env)).toMatchObject({ code: 0, stdout: '1 open session(s)\n' })
  const refused = await run('ci-token', { OSA_NODE: node.url, VAULT_TOKEN: 'too-old' })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('not_authenticated')
  expect(refused.stderr).not.toContain('too-old')
})

test('cancellation tells an answer from a deadline from an address where nobody is', async () => {
  expect(await run('cancellation', { OSA_NODE: node.url })).toMatchObject({ code: 0 })
  const late = await run('cancellation', { OSA_NODE: node.url, DEADLINE_MS: '0' })
  expect(late).toMatchObject({ code: 7 })
  expect(late.stderr).toContain('(try again)')
  const nobody = await run('cancellation', { OSA_NODE: `http://127.0.0.1:${await freePort()}` })
  expect(nobody.code).toBe(7)
  expect(nobody.stderr).toContain('connection_refused, again in')
})

test('none of them writes a login of its own', async () => {
  const empty = join(folder.path, 'empty')
  await mkdir(empty)
  await run('ci-token', { OSA_NODE: node.url, VAULT_TOKEN: 'x', OSA_CONFIG_DIR: empty })
  expect(await readdir(empty)).toEqual([])
})
