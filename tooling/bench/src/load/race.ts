/** Sends one code or refresh token four times at once and counts how often more than one session results. */
import { type Connection, openConnection } from './connection.ts'
import { flowOne, type Held, refreshCall, startOne } from './operations.ts'

const senders = 4

/** Returns the share of `times` in which the four answers had different tokens. The same token in all answers is one outcome. */
export async function shareOfSeveral(
  held: Held,
  origin: string,
  { of, times }: { of: 'code' | 'token'; times: number },
): Promise<number> {
  const connections = Array.from({ length: senders }, () => openConnection(origin))
  const [first] = connections as [Connection]
  let several = 0
  for (let time = 0; time < times; time++) {
    await held.restore()
    const call =
      of === 'code'
        ? held.contestant.poll(await approvedCode(held, first))
        : refreshCall(held, await flowOne(held, first))
    const replies = await Promise.all(connections.map((connection) => connection.send(call)))
    const outcomes = replies.filter(({ status }) => status === 200).map(({ body }) => JSON.parse(body))
    if (new Set(outcomes.map(({ refresh_token, access_token }) => refresh_token ?? access_token)).size > 1) several++
  }
  await Promise.all(connections.map((connection) => connection.close()))
  return several / times
}

async function approvedCode(held: Held, connection: Connection): Promise<string> {
  const deviceCode = await startOne(held, connection)
  await held.approve(deviceCode)
  return deviceCode
}
