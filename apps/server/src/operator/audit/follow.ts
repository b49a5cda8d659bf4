/**
 * Prints audit events as they happen. Events are not committed in the order of their times: a transaction may take 15 s, and the clocks of
 * nodes may differ by a minute. So each query reaches that far back, and events that were already shown are skipped.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type AuditEvent, type AuditQuery, clockToleranceSeconds, type Operator } from '@osa/core'
import { type CommandIo, jsonLines, type Report } from '../command.ts'
import { shownCell } from '../table.ts'
import { eventDocument, eventRow, type NamedEvent, withNames } from './event.ts'
import { pagesOf } from './export.ts'

const lookEveryMs = 1_000
const transactionMs = 15_000
const lateMs = clockToleranceSeconds * 1000 + transactionMs
/** Number of earlier events to show first. */
const before = 10

/** Runs until a signal arrives or the reader of `stdout` exits. Returns null if the person in the query is unknown. */
export async function followEvents(
  operator: Operator,
  io: CommandIo,
  { query, lines }: { query: Omit<AuditQuery, 'limit'>; lines: boolean },
): Promise<Report | null> {
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) io.on(signal, () => ending.abort())
  // EPIPE: the reader of the output, such as head, has exited
  io.stdout.once('error', () => ending.abort())
  const shown = new Map<string, Date>()
  const show = async (events: readonly AuditEvent[]) => {
    for (const event of await withNames(operator, events.toReversed())) io.stdout.write(lineOf(event, lines))
  }
  let newest = (await operator.listAudit({ limit: 1 }))?.[0]?.at ?? new Date(0)
  const look = async (): Promise<AuditEvent[]> => {
    const since = new Date(Math.max(newest.getTime() - lateMs, query.since?.getTime() ?? 0))
    const fresh: AuditEvent[] = []
    for await (const page of pagesOf(operator, { ...query, since })) {
      fresh.push(...(page ?? []).filter(({ id }) => !shown.has(id)))
    }
    for (const { id, at } of fresh) shown.set(id, at)
    newest = new Date(Math.max(newest.getTime(), ...fresh.map(({ at }) => at.getTime())))
    for (const [id, at] of shown) if (at.getTime() < newest.getTime() - lateMs) shown.delete(id)
    return fresh
  }
  // mark all existing events as shown, then show the last few of them
  await look()
  const last = await operator.listAudit({ ...query, limit: before })
  if (last === null) return null
  for (const { id, at } of last) shown.set(id, at)
  await show(last)
  while (!ending.signal.aborted) {
    await show(await look())
    await sleep(lookEveryMs, undefined, { signal: ending.signal }).catch(() => undefined) // rejects only when aborted
  }
  return { text: '', documents: [] }
}

const lineOf = (event: NamedEvent, lines: boolean): string =>
  lines ? jsonLines([eventDocument(event)]) : `${eventRow(event).map(shownCell).join('  ')}\n`
