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

/** As in core: a poll is early by more than this; and this is what being early costs (§3.5). */
const toleranceSeconds = 1
const slowDownStepSeconds = 5

// The row is locked before it is judged: of two polls at once the second sees what the first has written.
const pollPendingText = `
with judged as (
  select id, coalesce(
    $3 < last_polled_at + make_interval(secs => poll_interval_seconds - ${toleranceSeconds})
      and $3 > last_polled_at - make_interval(secs => poll_interval_seconds),
    false
  ) as early
  from device_authorizations
  where device_code_hash = $1 and client_id = any($2) and status = 'pending' and expires_at > $3 and ended_at is null
  for no key update
)
update device_authorizations as device
set poll_interval_seconds = case when early then poll_interval_seconds + ${slowDownStepSeconds} else poll_interval_seconds end,
    last_polled_at = case when early then last_polled_at else $3 end
from judged
where device.id = judged.id
returning early, poll_interval_seconds`

/** Instants are compared with an interval from a column. */
export const pollPendingStatement = (query: Query, values: readonly unknown[]) =>
  query.executeQuery<{ early: boolean; pollIntervalSeconds: number }>(CompiledQuery.raw(pollPendingText, [...values]))
