/** Opens the node's database from its settings, for the duration of one operator command. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createOperator, deriveKeys, type Keys, type Operator } from '@osa/core'
import { DataDirectoryInUse, openDatabase } from '@osa/db'
import { type Config, parseConfig } from '../config/config.ts'
import { keptSecret } from '../config/secret-file.ts'
import { createNodeClock } from '../node-clock.ts'
import { explainKnownProblem } from '../start-problem.ts'
import type { CommandIo, CommandProblem, Report, Surroundings } from './command.ts'

type OnOperator = (operator: Operator, surroundings: Surroundings) => Promise<Report | CommandProblem>

/** Parses the settings and runs `work` with them. Returns known problems as values; throws everything else. */
export async function withConfig(
  { env, stderr }: CommandIo,
  work: (config: Config) => Promise<Report | CommandProblem>,
): Promise<Report | CommandProblem> {
  const parsed = parseConfig(env)
  for (const warning of parsed.warnings) stderr.write(`Note: ${warning}\n`)
  if (!parsed.ok) {
    const list = parsed.problems.map((problem) => `  - ${problem}`).join('\n')
    return {
      problem: `The settings are not valid:\n${list}`,
      hint: 'Run this command with the same settings as the node.',
    }
  }
  try {
    return await work(parsed.config)
  } catch (error) {
    if (error instanceof DataDirectoryInUse) return heldByNode(parsed.config.dataDirectory)
    const [problem, ...hints] = explainKnownProblem(error, parsed.config)?.split('\n') ?? []
    if (problem === undefined) throw error
    return { problem, hint: hints.join(' ') }
  }
}

/** Opens the database, runs `work`, and closes the database. */
export const carryOut = (io: CommandIo, work: OnOperator): Promise<Report | CommandProblem> =>
  withConfig(io, async (config) => {
    const { database: location, dataDirectory } = config
    // opening a missing database would create it, and nobody would notice that it is the wrong one
    if ('dataDirectory' in location && !existsSync(dataDirectory)) {
      return {
        problem: `No node has stored data in ${dataDirectory}.`,
        hint: 'Set OSA_DATA_DIR or DATABASE_URL as for the node.',
      }
    }
    const database = await openDatabase(location)
    try {
      const clock = createNodeClock(database.time, (seconds) =>
        io.stderr.write(`Note: the clocks of the database and of this machine differ by ${Math.abs(seconds)} s.\n`),
      )
      await clock.follow()
      return await work(operatorOn(config, database.store, clock.now), { io, shared: 'databaseUrl' in location })
    } finally {
      await database.close()
    }
  })

const heldByNode = (dataDirectory: string): CommandProblem => ({
  problem: `A running node is using the embedded database in ${dataDirectory}.`,
  hint: 'Stop the node first and start it again afterwards. On PostgreSQL (DATABASE_URL), this command works while the node runs.',
})

function operatorOn(config: Config, store: Parameters<typeof createOperator>[0]['store'], now: () => Date): Operator {
  let keys: Keys | null = null
  return createOperator({
    store,
    // most commands encrypt nothing, and must not create a secret
    get keys() {
      keys ??= deriveKeys(config.secret ?? keptSecret(config.dataDirectory, randomBytes), randomBytes)
      return keys
    },
    policy: config.lifetimes,
    now,
    random: randomBytes,
  })
}
