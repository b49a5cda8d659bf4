/**
 * A poll of an undecided code as one guarded statement (RFC 8628 §3.5), the hottest of all: it finds, judges and moves the row
 * without a transaction of its own. A property test holds it against the pure `poll` of core.
 */
import type { AuthStore } from '@osa/core'
import type { Sql } from './sql.ts'

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

export const pollPending =
  (sql: Sql): AuthStore['pollPending'] =>
  async ({ deviceCodeHash, clientIds, now }) => {
    const values = [deviceCodeHash, clientIds, now]
    const { rows } = await sql<{ early: boolean; poll_interval_seconds: number }>(pollPendingText, values)
    const [polled] = rows
    if (!polled) return null
    return polled.early ? { early: true, pollIntervalSeconds: polled.poll_interval_seconds } : { early: false }
  }
