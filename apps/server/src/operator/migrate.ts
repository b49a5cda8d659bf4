/** `migrate`: brings the schema of the database up to date, or checks whether it is. A node does the same when it starts. */
import type { DatabaseState } from '@osa/db'
import type { Config } from '../config/config.ts'
import type { CommandProblem, OperatorCommand, Report } from './command.ts'

export const migrate: OperatorCommand = {
  name: 'migrate',
  summary: 'Bring the schema of the database up to date, as the node does when it starts',
  positionals: '',
  options: { check: { type: 'boolean', help: 'Change nothing; exit code 1 if a migration is missing' } },
  example: 'osa-server migrate --check',
  prepare:
    ({ isSet }) =>
    async (io) => {
      const { withConfig } = await import('./open-operator.ts')
      return withConfig(io, (config) => migrated(config, isSet('check')))
    },
}

async function migrated(config: Config, check: boolean): Promise<Report | CommandProblem> {
  const { inspectDatabase, openDatabase } = await import('@osa/db')
  const before = await inspectDatabase(config.database)
  if (before === null) {
    return {
      problem: `No node has stored data in ${config.dataDirectory}.`,
      hint: 'The node creates its database, fully migrated, when it first starts.',
    }
  }
  if (before.unknownMigrations.length > 0) return newerSchema(before)
  const documents = [{ missing: before.missingMigrations, migrated: !check }]
  const count = plural(before.missingMigrations.length)
  if (before.missingMigrations.length === 0) return { text: 'The schema is up to date.\n', documents }
  const list = before.missingMigrations.map((name) => `  ${name}\n`).join('')
  if (check) return { text: `${count} missing:\n${list}`, documents, failed: true }
  await (await openDatabase(config.database)).close()
  return { text: `${count} applied:\n${list}`, documents }
}

const plural = (count: number): string => (count === 1 ? '1 migration' : `${count} migrations`)

const newerSchema = ({ unknownMigrations }: DatabaseState): CommandProblem => ({
  problem: `A newer version of the node has migrated this database (${unknownMigrations.join(', ')}).`,
  hint: 'Run this command with that version or a newer one.',
})
