/** Writes the tables of a run into the performance page, replacing those of the previous run. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '@osa/e2e/node-process'

const page = join(repository, 'apps/docs/performance.md')
const marks = ['<!-- figures of the last run: npm run bench -- --write -->', '<!-- end of the figures -->'] as const

export function writeReport(text: string): void {
  const before = readFileSync(page, 'utf8')
  const [from, to] = marks.map((mark) => before.indexOf(mark)) as [number, number]
  if (from < 0 || to < from) throw new Error('apps/docs/performance.md has no place for the figures')
  writeFileSync(page, `${before.slice(0, from)}${marks[0]}\n\n${text}\n${before.slice(to)}`)
}
