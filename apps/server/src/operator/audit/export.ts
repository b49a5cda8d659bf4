/** Exports all events that match a query as JSON lines, with one page in memory at a time. */
import { once } from 'node:events'
import type { AuditEvent, AuditQuery, Operator } from '@osa/core'
import { type CommandIo, jsonLines, type Report } from '../command.ts'
import { eventDocument, withNames } from './event.ts'

const pageSize = 1_000

/** Yields pages of events, newest first. Yields null if the person in the query is unknown. */
export async function* pagesOf(
  operator: Operator,
  query: Omit<AuditQuery, 'limit'>,
): AsyncGenerator<AuditEvent[] | null, void> {
  let last: AuditEvent | undefined
  do {
    const page = await operator.listAudit({ ...query, limit: pageSize, ...(last ? { before: last } : {}) })
    yield page
    last = page?.length === pageSize ? page.at(-1) : undefined
  } while (last)
}

/** Writes all matching events to `stdout`, waiting for its reader. Returns null if the person in the query is unknown. */
export async function exportEvents(
  operator: Operator,
  { stdout }: CommandIo,
  query: Omit<AuditQuery, 'limit'>,
): Promise<Report | null> {
  for await (const page of pagesOf(operator, query)) {
    if (page === null) return null
    const lines = jsonLines((await withNames(operator, page)).map(eventDocument))
    // an error means that the reader has exited
    if (!stdout.write(lines)) await once(stdout, 'drain').catch(() => undefined)
    if (stdout.errored) break
  }
  return { text: '', documents: [] }
}
