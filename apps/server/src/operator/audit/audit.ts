/** `audit`: who did what and when (L07). Listed newest first, exported a page at a time, or followed as it happens. */
import { type AuditQuery, auditEvents } from '@osa/core'
import {
  type CommandArguments,
  jsonLines,
  nobodyCalled,
  type OperatorCommand,
  onDatabase,
  parseLimit,
  parsePerson,
  personForms,
  personUsage,
  type UsageProblem,
} from '../command.ts'
import { table } from '../table.ts'
import { eventDocument, eventHead, eventRow, withNames } from './event.ts'
import { exportEvents } from './export.ts'
import { followEvents } from './follow.ts'

const limits = { preset: 50, most: 10_000 }

export const audit: OperatorCommand = {
  name: 'audit',
  summary: 'Show what happened, newest first; follow it, or export it',
  positionals: '',
  options: {
    limit: { type: 'string', value: '<n>', help: `At most n events (${limits.preset})` },
    event: { type: 'string', value: '<name>', help: 'Only this kind, as in device.approve' },
    user: { type: 'string', value: personForms, help: 'Only what this person did, or what was done to them' },
    device: { type: 'string', value: '<id|name>', help: 'Only of this session or sign-in, or of devices of this name' },
    address: { type: 'string', value: '<ip>', help: 'Only from this address' },
    since: { type: 'string', value: '<time>', help: 'None before this time (ISO 8601), as in 2026-11-23T08:00Z' },
    follow: { type: 'boolean', help: 'Go on with what happens from now on, until Ctrl-C' },
    format: { type: 'string', value: 'jsonl', help: 'Export everything as JSON, one event a line' },
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
              problem: 'Only on PostgreSQL can the audit be followed beside a running node.',
              hint: 'On the embedded database, stop the node and list it.',
            }
      }
      if (limit === null) return (await exportEvents(operator, io, query)) ?? nobodyCalled(user)
      const events = await operator.listAudit({ ...query, limit })
      if (events === null) return nobodyCalled(user)
      const named = await withNames(operator, events)
      const documents = named.map(eventDocument)
      if (lines) return { text: jsonLines(documents), documents }
      return {
        text: events.length === 0 ? 'Nothing of that kind is in the audit.\n' : table(eventHead, named.map(eventRow)),
        documents,
      }
    })
  },
}

/** A limit of null is none: an export. */
function readQuery({
  text,
}: CommandArguments): { query: Omit<AuditQuery, 'limit'>; limit: number | null } | UsageProblem {
  const limit = parseLimit(text('limit'), limits)
  if (limit === null) return { usage: `--limit takes a whole number from 1 to ${limits.most}.` }
  const [event, user, device, ip, format] = ['event', 'user', 'device', 'address', 'format'].map((name) => text(name))
  if (format !== undefined && format !== 'jsonl') return { usage: '--format takes jsonl.' }
  if (event !== undefined && !auditEvents.some((known) => known === event)) {
    return { usage: `There is no event called that. There are: ${auditEvents.join(', ')}.` }
  }
  const person = user === undefined ? undefined : parsePerson(user)
  if (person === null) return { usage: personUsage }
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
