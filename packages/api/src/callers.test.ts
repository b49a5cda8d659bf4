/** The rules that every procedure of the router must follow in other packages. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { appRouter } from './router.ts'

const repository = join(import.meta.dirname, '../../..')

async function sourcesOf(folder: string): Promise<string> {
  const files = await readdir(join(repository, folder), { recursive: true })
  const shipped = files.filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|^testing\//.test(file))
  const texts = await Promise.all(shipped.map((file) => readFile(join(repository, folder, file), 'utf8')))
  return texts.join('\n')
}

const procedures = Object.keys(appRouter._def.procedures)

test.each(procedures)('%s is called by the SDK or the command, outside their tests', async (path) => {
  const sources = `${await sourcesOf('packages/sdk/src')}\n${await sourcesOf('apps/cli/src')}`
  expect(sources).toMatch(new RegExp(`\\b\\w+\\.${path.replace('.', '\\.')}\\.(query|mutate|subscribe)\\(`))
})

test('every procedure has an address for the fuzzer', async () => {
  const routes = await readFile(join(repository, 'tooling/e2e/src/fuzz/routes.ts'), 'utf8')
  expect(procedures.filter((path) => !routes.includes(`'/trpc/${path}'`))).toEqual([])
})

test('the SDK checks the answer of every procedure', async () => {
  const received = await readFile(join(repository, 'packages/sdk/src/client/received.ts'), 'utf8')
  // `me` has a module of its own, since most commands call nothing else
  expect(procedures.filter((path) => path !== 'me' && !received.includes(`'${path}':`))).toEqual([])
})
