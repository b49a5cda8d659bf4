/** The batch contract of hooks: records in from `records.jsonl`; features, rejections and errors out, one JSON document a line. */
import { createReadStream, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const { OSA_IN = '/osa/in', OSA_OUT = '/osa/out', OSA_FILES = '/osa/files' } = process.env

/** Why a record is not taken. */
export class Reject extends Error {}

/** The hook's configuration, as the convention has it. */
export const readConfig = () => {
  const path = join(OSA_IN, 'config.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
}

/** The text of a record's mmCIF file. */
export const readStructure = (id) => {
  const folder = join(OSA_FILES, id)
  const name = existsSync(folder) ? readdirSync(folder).find((file) => file.endsWith('.cif')) : undefined
  if (!name) throw new Reject('At least one .cif file is needed')
  return readFileSync(join(folder, name), 'utf8')
}

/** Calls `hook` with each record and writes what it answers. One bad record does not stop the others. */
export const forEachRecord = async (hook) => {
  mkdirSync(OSA_OUT, { recursive: true })
  const open = (name) => openSync(join(OSA_OUT, `${name}.jsonl`), 'w')
  const outputs = { features: open('features'), rejections: open('rejections'), errors: open('errors') }
  const write = (output, document) => writeSync(outputs[output], `${JSON.stringify(document)}\n`)
  for await (const line of createInterface({ input: createReadStream(join(OSA_IN, 'records.jsonl')) })) {
    if (line.trim() === '') continue
    const record = JSON.parse(line)
    try {
      write('features', { id: record.id, features: hook(record) })
    } catch (error) {
      if (error instanceof Reject) write('rejections', { id: record.id, reason: error.message })
      else write('errors', { id: record.id, error: String(error), retryable: false })
    }
  }
}
