/**
 * `audit_events`: who did what, when and from where. Events outlive the rows that they mention and are stored as they were reported, so
 * the table has no foreign keys and stores ids as plain text.
 */
import { defineEntity, p } from '@mikro-orm/core'
import type { AuditEventName } from '@osa/core'

export const AuditEventEntity = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  properties: {
    id: p.uuid().primary(),
    at: p.datetime(3),
    event: p.text().$type<AuditEventName>(),
    outcome: p.enum(['ok', 'refused'] as const),
    userId: p.text().strictNullable(),
    clientId: p.text().strictNullable(),
    ip: p.text().strictNullable(),
    deviceAuthorizationId: p.text().strictNullable(),
    familyId: p.text().strictNullable(),
    detail: p.text().strictNullable(),
    requestId: p.text().strictNullable(),
  },
  indexes: [{ properties: ['at'] }, { properties: ['userId', 'at'] }],
})
