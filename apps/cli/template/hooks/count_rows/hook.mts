/**
 * Counts the rows and columns of each record's tables. Reads `records.jsonl` and the files of each record; writes features, rejections and
 * errors, one JSON document per line. A bad record does not stop the others.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { OSA_IN = '/osa/in', OSA_OUT = '/osa/out', OSA_FILES = '/osa/files' } = process.env

/** The reason why a record is rejected. */
class Rejection extends Error {}

/** One row of this hook's table, with the columns that the convention names. */
interface Counted {
  row_count: number
  column_count: number
}

function countTable(text: string): Counted {
  const [head = '', ...rows] = text.split('\n').filter((line) => line.trim() !== '')
  return { row_count: rows.length, column_count: head === '' ? 0 : head.split(',').length }
}

function countRecord(id: string): Counted {
  const folder = join(OSA_FILES, id)
  const tables = readdirSync(folder).filter((name) => name.endsWith('.csv'))
  const counted = tables.map((name) => countTable(readFileSync(join(folder, name), 'utf8')))
  const rowCount = counted.reduce((sum, { row_count }) => sum + row_count, 0)
  if (rowCount === 0) throw new Rejection('The tables have no rows')
  return { row_count: rowCount, column_count: Math.max(...counted.map(({ column_count }) => column_count)) }
}

const output: Record<'features' | 'rejections' | 'errors', object[]> = { features: [], rejections: [], errors: [] }
for (const line of readFileSync(join(OSA_IN, 'records.jsonl'), 'utf8').split('\n')) {
  if (line.trim() === '') continue
  const { id } = JSON.parse(line) as { id: string }
  try {
    output.features.push({ id, features: [countRecord(id)] })
  } catch (error) {
    if (error instanceof Rejection) output.rejections.push({ id, reason: error.message })
    else output.errors.push({ id, error: String(error), retryable: false })
  }
}

mkdirSync(OSA_OUT, { recursive: true })
for (const [name, documents] of Object.entries(output)) {
  writeFileSync(join(OSA_OUT, `${name}.jsonl`), documents.map((document) => `${JSON.stringify(document)}\n`).join(''))
}
