/** The entities are the only description of the tables: after renaming a property there, code that reads or writes it does not compile. */
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const tsc = join(import.meta.dirname, '../../../node_modules/.bin/tsc')
const dist = join(import.meta.dirname, '../dist')

/** Compiles a copy of this package's sources with names in entities changed, and returns the compiler's output. */
async function compileWith(changes: readonly { entity: string; name: string; renamed: string }[]): Promise<string> {
  await mkdir(dist, { recursive: true })
  // inside the package, so that its dependencies are found
  const folder = await mkdtemp(join(dist, 'renamed-'))
  try {
    await cp(import.meta.dirname, join(folder, 'src'), { recursive: true })
    for (const { entity, name, renamed } of changes) {
      const file = join(folder, 'src/entities', entity)
      const source = await readFile(file, 'utf8')
      expect(source).toContain(name)
      await writeFile(file, source.replace(name, renamed))
    }
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

test('renaming a property of an entity is a compile error in each statement that uses it', async () => {
  const output = await compileWith([
    { entity: 'refresh-family.ts', name: '  generation:', renamed: '  turn:' },
    { entity: 'device-authorization.ts', name: 'lastPolledAt:', renamed: 'polledAt:' },
  ])
  expect(output).toMatch(/guarded-writes\.ts.+generation/)
  expect(output).toMatch(/guarded-writes\.ts.+lastPolledAt/)
})
