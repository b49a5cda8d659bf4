/** Every table of a node. The entities describe the schema and `migrations/` create it; a test compares the two. */
import { AuditEventEntity } from './entities/audit-event.ts'
import { BrowserSessionEntity } from './entities/browser-session.ts'
import { ConventionEntity } from './entities/convention.ts'
import { ConventionVersionEntity } from './entities/convention-version.ts'
import { DeviceAuthorizationEntity } from './entities/device-authorization.ts'
import { EndedAccessTokenEntity } from './entities/ended-access-token.ts'
import { LinkedIdentityEntity } from './entities/linked-identity.ts'
import { LoginTransactionEntity } from './entities/login-transaction.ts'
import { RateLimitEntity } from './entities/rate-limit.ts'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { RefreshTokenEntity } from './entities/refresh-token.ts'
import { ReservedUserCodeEntity } from './entities/reserved-user-code.ts'
import { SigningKeyEntity } from './entities/signing-key.ts'
import { SwitchEntity } from './entities/switch.ts'
import { UserEntity } from './entities/user.ts'

export const entities = [
  UserEntity,
  LinkedIdentityEntity,
  BrowserSessionEntity,
  DeviceAuthorizationEntity,
  LoginTransactionEntity,
  RefreshFamilyEntity,
  RefreshTokenEntity,
  SigningKeyEntity,
  AuditEventEntity,
  RateLimitEntity,
  SwitchEntity,
  ReservedUserCodeEntity,
  EndedAccessTokenEntity,
  ConventionEntity,
  ConventionVersionEntity,
] as const
