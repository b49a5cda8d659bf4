/** Every statement that neither MikroORM nor its query builder can say, each with its reason. */
import { CompiledQuery } from 'kysely'
import { decisionChannel } from './decision-channel.ts'
import type { Query } from './query.ts'

/** A record as the database names its columns. */
export type Columns = Record<string, unknown>

/** Somebody else's constant: rate-limiter-flexible writes its own SQL. */
export const librarysStatement = (query: Query, text: string, values: readonly unknown[] = []) =>
  query.withoutPlugins().executeQuery<Columns>(CompiledQuery.raw(text, [...values]))

/** LISTEN is a command of the server's, no query. */
export const listenForDecisions = (query: Query) => query.executeQuery(CompiledQuery.raw(`listen ${decisionChannel}`))
