/** `rate_limits`: the points counted in a window that ends at `expire`, in milliseconds since 1970. */
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
