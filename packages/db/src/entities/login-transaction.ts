/** `login_transactions`: sign-ins under way at an identity provider. Single use; refers to its device without a foreign key. */
import { defineEntity, p } from '@mikro-orm/core'
import type { Sealed, Sha256 } from '@osa/core'

export const LoginTransactionEntity = defineEntity({
  name: 'LoginTransaction',
  tableName: 'login_transactions',
  properties: {
    id: p.uuid().primary(),
    stateHash: p.text().$type<Sha256>().unique(),
    browserHash: p.text().$type<Sha256>(),
    providerId: p.text(),
    nonce: p.text(),
    codeVerifier: p.text(),
    deviceAuthorizationId: p.uuid().strictNullable(),
    sealedUserCode: p.text().$type<Sealed>().strictNullable(),
    codeTyped: p.boolean().default(false),
    taken: p.boolean().default(false),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).index(),
  },
})
