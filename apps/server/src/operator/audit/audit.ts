/** `audit`: who did what and when (L07). Lists events newest first, exports them page by page, or follows new ones. */
import { type AuditQuery, auditEvents } from '@osa/core'
import {
  type CommandArguments,
  jsonLines,
  limitOption,
  nobodyCalled,
  type OperatorCommand,
  onDatabase,
  parseLimit,
  parsePerson,
  personForms,
  type UsageProblem,
} from '../command.ts'
import { table } from '../table.ts'
import { eventDocument, eventHead, eventRow, withNames } from './event.ts'
import { exportEvents } from './export.ts'
import { followEvents } from './follow.ts'

export const audit: OperatorCommand = {
  name: 'audit',
  summary: 'Show audit events, newest first; follow or export them',
  positionals: '',
  options: {
    limit: limitOption('events'),
    event: { type: 'string', value: '<name>', help: 'Only events of this kind, as in device.approve' },
    user: { type: 'string', value: personForms, help: 'Only events of this person' },
    device: {
      type: 'string',
      value: '<id|name>',
      help: 'Only events of this session or sign-in, or of devices with this name',
    },
    address: { type: 'string', value: '<ip>', help: 'Only events from this address' },
    since: { type: 'string', value: '<time>', help: 'Only events since this time (ISO 8601), as in 2026-11-23T08:00Z' },
    follow: { type: 'boolean', help: 'Continue with new events as they happen, until Ctrl-C' },
    format: { type: 'string', value: 'jsonl', help: 'Export all events as JSON, one per line' },
  },
  example: 'osa-server audit --event sign_in --since 2026-11-23',
  prepare(args) {
    const asked = readQuery(args)
    if ('usage' in asked) return asked
    const { query, limit } = asked
    const [user = '', lines] = [args.text('user'), args.isSet('json') || args.text('format') !== undefined]
    return onDatabase(async (operator, { io, shared }) => {
      if (args.isSet('follow')) {
        return shared
          ? ((await followEvents(operator, io, { query, lines })) ?? nobodyCalled(user))
          : {
              problem: 'The audit can be followed on PostgreSQL only.',
              hint: 'With the embedded database, stop the node and list the events without --follow.',
            }
      }
      if (limit === null) return (await exportEvents(operator, io, query)) ?? nobodyCalled(user)
      const events = await operator.listAudit({ ...query, limit })
      if (events === null) return nobodyCalled(user)
      const named = await withNames(operator, events)
      const documents = named.map(eventDocument)
      if (lines) return { text: jsonLines(documents), documents }
      return {
        text: events.length === 0 ? 'No matching events are in the audit.\n' : table(eventHead, named.map(eventRow)),
        documents,
      }
    })
  },
}

/** Reads the options. A limit of null means no limit, for an export. */
function readQuery({
  text,
}: CommandArguments): { query: Omit<AuditQuery, 'limit'>; limit: number | null } | UsageProblem {
  const limit = parseLimit(text('limit'))
  if (typeof limit === 'object') return limit
  const [event, user, device, ip, format] = ['event', 'user', 'device', 'address', 'format'].map((name) => text(name))
  if (format !== undefined && format !== 'jsonl') return { usage: '--format takes jsonl.' }
  if (event !== undefined && !auditEvents.some((known) => known === event)) {
    return { usage: `There is no such event. Known events: ${auditEvents.join(', ')}.` }
  }
  const person = user === undefined ? undefined : parsePerson(user)
  if (person !== undefined && 'usage' in person) return person
  const since = text('since') === undefined ? undefined : parseInstant(text('since') ?? '')
  if (since === null) return { usage: '--since takes a time in ISO 8601, as in 2026-11-23T08:00Z.' }
  return {
    query: {
      ...(event === undefined ? {} : { event }),
      ...(person === undefined ? {} : { person }),
      ...(device === undefined ? {} : { device }),
      ...(ip === undefined ? {} : { ip }),
      ...(since === undefined ? {} : { since }),
    },
    limit: format === 'jsonl' && text('limit') === undefined ? null : limit,
  }
}

function parseInstant(text: string): Date | null {
  const at = /^\d{4}-\d\d-\d\d(T\S+)?$/.test(text) ? new Date(text) : null
  return at === null || Number.isNaN(at.getTime()) ? null : at
}
