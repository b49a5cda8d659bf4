/** The types of the node's router reach the command: code that uses a renamed field does not compile. */
import { spawnSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDir } from '@osa/sdk/testing'
import { expect, test } from 'vitest'

const cli = join(import.meta.dirname, '..')
const sdk = join(cli, '../../packages/sdk/dist')
const tsc = join(cli, '../../node_modules/.bin/tsc')

/** Compiles the command with changed declarations of the SDK, which contain the router's type. Returns the compiler's output. */
async function compileWith(change: (declarations: string) => string): Promise<string> {
  await using folder = await makeTemporaryDir()
  for (const file of (await readdir(sdk)).filter((name) => name.endsWith('.d.ts'))) {
    await writeFile(join(folder.path, file), change(await readFile(join(sdk, file), 'utf8')))
  }
  const entry = (name: string): string[] => [join(folder.path, `${name}.d.ts`)]
  const paths = {
    ...Object.fromEntries(['node', 'internal', 'deploy', 'testing'].map((name) => [`@osa/sdk/${name}`, entry(name)])),
    ...Object.fromEntries(
      ['@trpc/client', '@trpc/server', 'zod'].map((name) => [name, [join(cli, '../../node_modules', name)]]),
    ),
  }
  const config = {
    extends: join(cli, 'tsconfig.json'),
    compilerOptions: { paths, typeRoots: [join(cli, '../../node_modules/@types')] },
    include: [join(cli, 'src')],
  }
  await writeFile(join(folder.path, 'tsconfig.json'), JSON.stringify(config))
  return spawnSync(tsc, ['-p', folder.path], { cwd: cli, encoding: 'utf8' }).stdout
}

test('a renamed field of an answer in the router is a compile error in the command', async () => {
  expect(await compileWith((text) => text)).toBe('')
  const renamed = await compileWith((text) => text.replaceAll('last_used_at: Date', 'seen_at: Date'))
  expect(renamed).toMatch(/commands\/sessions\.ts.+last_used_at/)
})
