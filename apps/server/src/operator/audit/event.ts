/** Audit events for display, with the name and identities of the person if they are still known. */
import type { AuditEvent, Operator, Person } from '@osa/core'
import { timestamp } from '../table.ts'

export interface NamedEvent {
  readonly event: AuditEvent
  readonly person: Person | null
}

/** Looks up the people of the events. */
export async function withNames(
  operator: Pick<Operator, 'listPeople'>,
  events: readonly AuditEvent[],
): Promise<NamedEvent[]> {
  const userIds = [...new Set(events.flatMap(({ userId }) => userId ?? []))]
  const people = userIds.length === 0 ? [] : await operator.listPeople({ limit: userIds.length, userIds })
  const byId = new Map(people.map((person) => [person.user.id, person]))
  return events.map((event) => ({ event, person: byId.get(event.userId ?? '') ?? null }))
}

export const eventHead = ['AT', 'EVENT', 'OUTCOME', 'PERSON', 'CLIENT', 'ADDRESS', 'DETAIL'] as const

/** Returns the cells of a row. The person is shown by name and subject (an ORCID iD), or by user id if they are no longer known. */
export function eventRow({ event, person }: NamedEvent): (string | null)[] {
  const { at, outcome, userId, clientId, ip, detail } = event
  const subject = person?.identities[0]?.subject ?? userId
  const name = person?.user.displayName
  return [timestamp(at), event.event, outcome, name ? `${name} (${subject})` : subject, clientId, ip, detail]
}

export const eventDocument = ({ event, person }: NamedEvent): object => ({
  at: event.at,
  event: event.event,
  outcome: event.outcome,
  user_id: event.userId,
  user_name: person?.user.displayName ?? null,
  user_identities: person?.identities.map(({ issuer, subject }) => `${issuer}#${subject}`) ?? [],
  client_id: event.clientId,
  ip: event.ip,
  device_authorization_id: event.deviceAuthorizationId,
  session_id: event.familyId,
  detail: event.detail,
  request_id: event.requestId,
  id: event.id,
})
