/** `audit`: who did what and when, newest first (L07). */
import { type AuditEvent, auditEvents } from '@osa/core'
import { nobodyCalled, type OperatorCommand, onDatabase, parsePerson, personUsage } from './command.ts'
import { instant, table } from './table.ts'

const defaultLimit = 50
const maxLimit = 10_000
const head = ['AT', 'EVENT', 'OUTCOME', 'USER', 'CLIENT', 'ADDRESS', 'DETAIL']

export const audit: OperatorCommand = {
  name: 'audit',
  summary: 'Show what happened, newest first',
  positionals: '',
  options: {
    limit: { type: 'string', value: '<n>', help: `At most n events (${defaultLimit})` },
    event: { type: 'string', value: '<name>', help: 'Only this kind, as in device.approve' },
    user: { type: 'string', value: '<id|issuer#subject>', help: 'Only what this person did, or what was done to them' },
    since: { type: 'string', value: '<time>', help: 'None before this time (ISO 8601), as in 2026-11-23T08:00Z' },
  },
  example: 'osa-server audit --event sign_in --since 2026-11-23',
  prepare({ text }) {
    const limit = text('limit') ?? String(defaultLimit)
    if (!/^\d{1,5}$/.test(limit) || Number(limit) < 1 || Number(limit) > maxLimit) {
      return { usage: `--limit takes a whole number from 1 to ${maxLimit}.` }
    }
    const [event, user, sinceText] = [text('event'), text('user'), text('since')]
    if (event !== undefined && !auditEvents.some((known) => known === event)) {
      return { usage: `There is no event called that. There are: ${auditEvents.join(', ')}.` }
    }
    const person = user === undefined ? undefined : parsePerson(user)
    if (person === null) return { usage: personUsage }
    const since = sinceText === undefined ? undefined : parseInstant(sinceText)
    if (since === null) return { usage: '--since takes a time in ISO 8601, as in 2026-11-23T08:00Z.' }
    const query = {
      limit: Number(limit),
      ...(event === undefined ? {} : { event }),
      ...(person === undefined ? {} : { person }),
      ...(since === undefined ? {} : { since }),
    }
    return onDatabase(async (operator) => {
      const events = await operator.listAudit(query)
      if (events === null) return nobodyCalled(user ?? '')
      const rows = events.map(({ at, event, outcome, userId, clientId, ip, detail }) => {
        return [instant(at), event, outcome, userId, clientId, ip, detail]
      })
      return {
        text: events.length === 0 ? 'Nothing of that kind is in the audit.\n' : table(head, rows),
        documents: events.map(eventDocument),
      }
    })
  },
}

const parseInstant = (text: string): Date | null => {
  const at = /^\d{4}-\d\d-\d\d(T\S+)?$/.test(text) ? new Date(text) : null
  return at === null || Number.isNaN(at.getTime()) ? null : at
}

const eventDocument = (event: AuditEvent): object => ({
  at: event.at,
  event: event.event,
  outcome: event.outcome,
  user_id: event.userId,
  client_id: event.clientId,
  ip: event.ip,
  device_authorization_id: event.deviceAuthorizationId,
  session_id: event.familyId,
  detail: event.detail,
  request_id: event.requestId,
  id: event.id,
})
