/**
 * `audit_events`: who did what, when, from where. They outlive what they speak of and are kept as they were reported, so they refer
 * to nothing and their ids are plain text.
 */
import { defineEntity, p } from '@mikro-orm/core'

export const AuditEventEntity = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  properties: {
    id: p.uuid().primary(),
    at: p.datetime(3),
    event: p.text(),
    outcome: p.enum(['ok', 'refused'] as const),
    userId: p.text().nullable(),
    clientId: p.text().nullable(),
    ip: p.text().nullable(),
    deviceAuthorizationId: p.text().nullable(),
    familyId: p.text().nullable(),
    detail: p.text().nullable(),
    requestId: p.text().nullable(),
  },
  indexes: [{ properties: ['at'] }, { properties: ['userId', 'at'] }],
})
