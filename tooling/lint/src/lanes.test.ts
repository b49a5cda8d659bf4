/** Checks that every test is in one of the two lanes that CI runs: `npm run test:long` if its file is named `*.long.test.ts`, else `npm test`. */
import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { repository } from './workspaces.ts'

const run = promisify(execFile)
const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))

/** Returns the test files that an npm script of the root runs, as vitest lists them. */
async function filesOf(script: string): Promise<string[]> {
  const [, options = ''] = String(scripts[script]).split('vitest run')
  const list = `vitest list ${options} --filesOnly --json`
  const PATH = `${join(repository, 'node_modules/.bin')}:${process.env.PATH}`
  const { stdout } = await run('sh', ['-c', list], { cwd: repository, env: { ...process.env, PATH } })
  return (JSON.parse(stdout) as { file: string }[]).map(({ file }) => file).toSorted()
}

const files = globSync('{apps,packages,tooling}/*/**/*.test.ts', {
  cwd: repository,
  exclude: (path) => path.includes('node_modules') || path.startsWith('apps/docs/site'),
})
  .map((file) => join(repository, file))
  .toSorted()
const isLong = (file: string): boolean => file.endsWith('.long.test.ts')

test('the name of a test file decides its lane, and every file is in a lane', async () => {
  expect(files.length).toBeGreaterThan(200)
  expect(await filesOf('test')).toEqual(files.filter((file) => !isLong(file)))
  expect(await filesOf('test:long')).toEqual(files.filter(isLong))
})

test('the fast lane is a subset of npm test', async () => {
  const fast = await filesOf('test:fast')
  expect(fast.length).toBeGreaterThan(30)
  expect(fast.filter((file) => isLong(file) || !files.includes(file))).toEqual([])
})

test('CI runs both lanes', () => {
  expect(readFileSync(join(repository, '.ci/run'), 'utf8')).toContain('\nlanes=(test test:long)\n')
})
