/**
 * `audit_events`: who did what, when, from where. They outlive what they speak of and are kept as they were reported, so they refer
 * to nothing and their ids are plain text.
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
