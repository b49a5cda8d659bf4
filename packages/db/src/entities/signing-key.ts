/** `signing_keys`: key pairs for access tokens; the private half is sealed under a key outside the database (I04). */
import { defineEntity, p } from '@mikro-orm/core'
import type { Sealed } from '@osa/core'

export const SigningKeyEntity = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_keys',
  properties: {
    kid: p.text().primary(),
    algorithm: p.enum(['ES256', 'EdDSA', 'RS256'] as const),
    publicJwk: p.text(),
    sealedPrivateJwk: p.text().$type<Sealed>(),
    createdAt: p.datetime(3),
    signsFrom: p.datetime(3),
    retiresAt: p.datetime(3).strictNullable(),
  },
})
