/** K22: the built `osa` with disks that are full, fill up or are read-only. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { type DiskTrouble, withDiskTrouble } from './testing/failing-disk.ts'
import { makeSandbox } from './testing/run-osa.ts'

/** A sandbox whose configuration folder is on such a disk. `seed`: the logins in it. */
async function setUp(trouble: DiskTrouble, seed: object = {}) {
  const sandbox = await makeSandbox()
  const [dir, seedFile, go] = ['config', 'seed.json', 'go'].map((name) => join(sandbox.home, name)) as [
    ...[string, string, string],
  ]
  await mkdir(dir, { mode: 0o700 })
  await writeFile(seedFile, JSON.stringify(seed))
  const run = (args: readonly string[], onStderr: (soFar: string) => void = () => undefined) =>
    sandbox.run(args, {
      env: { OSA_CONFIG_DIR: dir, D: dir, SEED: seedFile, GO: go },
      within: (argv) => withDiskTrouble(trouble, argv),
      onStderr,
    })
  const fillUp = async () => {
    await writeFile(go, '')
    while (!existsSync(`${go}.done`)) await delay(50)
  }
  return { ...{ sandbox, dir, run, fillUp }, [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() }
}

const why = { full: /\((the disk is full|EFBIG)\)/, 'read-only': /\((the disk is read-only|permission denied|EFBIG)\)/ }

test.each(['full', 'read-only'] as const)(
  'K22 with a %s disk a login is refused before anything is sent',
  async (trouble) => {
    await using node = await fakeOsaServer()
    await using home = await setUp(trouble)
    const { code, stderr } = await home.run(['login', node.url])
    expect(code, stderr).toBe(9)
    expect(stderr).toMatch(why[trouble])
    expect(stderr).toContain(' → Check the folder, or set OSA_CONFIG_DIR to one you can write to\n')
    expect(node.requests).toEqual([])
    expect(await readdir(home.sandbox.project)).toEqual([])
  },
)

test.each(['full', 'read-only'] as const)(
  'K22 K32 with a %s disk a valid access token is used, and an expired one is not refreshed, since the new tokens would be lost',
  async (trouble) => {
    await using node = await fakeOsaServer()
    await using fresh = await setUp(trouble, { [node.url]: node.issue({ expiresInSeconds: 45 }) })
    expect(await fresh.run(['whoami'])).toMatchObject({ code: 0 })
    await using over = await setUp(trouble, { [node.url]: node.issue({ expired: true }) })
    const { code, stderr } = await over.run(['whoami'])
    expect(code, stderr).toBe(9)
    expect(stderr).toMatch(why[trouble])
    expect(node.seen('refresh')).toEqual([])
  },
)

test('K22 if the disk fills up while a person approves, the new tokens are revoked and nothing is saved', async () => {
  await using node = await fakeOsaServer()
  await using home = await setUp('filling up')
  let isFilling = false
  const { code, stderr } = await home.run(['login', node.url], (soFar) => {
    if (isFilling || !soFar.includes('Waiting for approval')) return
    isFilling = true
    void home.fillUp().then(() => node.approve())
  })
  expect(code, stderr).toBe(9)
  expect(stderr).not.toContain('Logged in')
  expect(node.families.map(({ revoked }) => revoked)).toEqual([true])
  expect(await readdir(home.sandbox.project)).toEqual([])
})
