/** `rate_limits`: counters in the shape that rate-limiter-flexible's RateLimiterPostgres reads and writes by itself. */
import { defineEntity, p } from '@mikro-orm/core'

export const RateLimitEntity = defineEntity({
  name: 'RateLimit',
  tableName: 'rate_limits',
  properties: {
    key: p.string().length(255).primary(),
    points: p.integer(),
    expire: p.bigint().strictNullable(),
  },
})
