/** The statements that neither MikroORM nor its query builder can express, each with the reason. */
import { CompiledQuery, sql } from 'kysely'
import { decisionChannel } from './decision-channel.ts'
import type { Query } from './query.ts'

const addPointsText = `
insert into rate_limits as counter (key, points, expire)
select key, points, expire from unnest($1::text[], $2::int[], $3::bigint[]) as added (key, points, expire) order by key
on conflict (key) do update set
  points = case when counter.expire > $4 then greatest(least(counter.points, $5), 0) else 0 end + excluded.points,
  expire = case when counter.expire > $4 then counter.expire else excluded.expire end
returning key, points, expire`

/** Adds points to counters. Each list is one parameter, so the text is the same for any number of rows and is prepared once. */
export function addPointsStatement(
  query: Query,
  added: {
    keys: readonly string[]
    points: readonly number[]
    expire: readonly number[]
    now: number
    maxPoints: number
  },
) {
  const values = [added.keys, added.points, added.expire, added.now, added.maxPoints]
  return query.executeQuery<{ key: string; points: number; expire: string | number | bigint }>(
    CompiledQuery.raw(addPointsText, values),
  )
}

/** Starts listening for decisions. LISTEN is not a query, so the query builder does not have it. */
export const listenForDecisions = (query: Query) => query.executeQuery(CompiledQuery.raw(`listen ${decisionChannel}`))

/** Turns lists into the columns of a table. The query builder cannot name the columns of a function's result. */
export function tableOfLists<Row>(names: readonly string[], types: readonly string[], lists: readonly unknown[][]) {
  const typed = lists.map((list, index) => sql`${list}::${sql.raw(`${types[index]}[]`)}`)
  return sql<Row>`(select * from unnest(${sql.join(typed)}) as listed (${sql.join(names.map((name) => sql.id(name)))}))`
}
