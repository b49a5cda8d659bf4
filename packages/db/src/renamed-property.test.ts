/** The entities are the only description of the tables: a property that is renamed there does not compile where rows are read or written. */
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const tsc = join(import.meta.dirname, '../../../node_modules/.bin/tsc')
const dist = join(import.meta.dirname, '../dist')

/** What the compiler says of this package's sources when an entity is changed like this. */
async function compileWith(entity: string, change: (source: string) => string): Promise<string> {
  await mkdir(dist, { recursive: true })
  // inside the package, where its dependencies are found
  const folder = await mkdtemp(join(dist, 'renamed-'))
  try {
    await cp(import.meta.dirname, join(folder, 'src'), { recursive: true })
    const file = join(folder, 'src/entities', entity)
    await writeFile(file, change(await readFile(file, 'utf8')))
    const config = {
      extends: join(import.meta.dirname, '../tsconfig.json'),
      include: ['src'],
      exclude: ['**/*.test.ts'],
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
    return spawnSync(tsc, ['-p', folder], { encoding: 'utf8' }).stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('a property that is renamed in an entity is a compile error in each statement that names it', async () => {
  expect(await compileWith('refresh-family.ts', (source) => source)).toBe('')
  const renamed = await compileWith('refresh-family.ts', (source) => source.replace('  generation:', '  turn:'))
  expect(renamed).toMatch(/guarded-families\.ts.+generation/)
  const poll = await compileWith('device-authorization.ts', (source) => source.replace('lastPolledAt:', 'polledAt:'))
  expect(poll).toMatch(/guarded-devices\.ts.+lastPolledAt/)
})
