/** The router offers no unused procedures: the SDK or the command calls each one, outside its tests. */
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

test.each(Object.keys(appRouter._def.procedures))('%s is called by something that ships', async (path) => {
  const sources = `${await sourcesOf('packages/sdk/src')}\n${await sourcesOf('apps/cli/src')}`
  expect(sources).toMatch(new RegExp(`\\b\\w+\\.${path.replace('.', '\\.')}\\.(query|mutate|subscribe)\\(`))
})
