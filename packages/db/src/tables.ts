/** The tables, each tied to the row that the rules know it by. */
import type { EntitySchema } from '@mikro-orm/core'
import type {
  AuditEvent,
  BrowserSession,
  Convention,
  ConventionVersion,
  DeviceAuthorization,
  KeyedHash,
  LinkedIdentity,
  LoginTransaction,
  RefreshFamily,
  RefreshToken,
  SigningKey,
  Switch,
  User,
} from '@osa/core'
import { AuditEventEntity } from './entities/audit-event.ts'
import { BrowserSessionEntity } from './entities/browser-session.ts'
import { ConventionEntity } from './entities/convention.ts'
import { ConventionVersionEntity } from './entities/convention-version.ts'
import { DeviceAuthorizationEntity } from './entities/device-authorization.ts'
import { EndedAccessTokenEntity } from './entities/ended-access-token.ts'
import { LinkedIdentityEntity } from './entities/linked-identity.ts'
import { LoginTransactionEntity } from './entities/login-transaction.ts'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { RefreshTokenEntity } from './entities/refresh-token.ts'
import { ReservedUserCodeEntity } from './entities/reserved-user-code.ts'
import { SigningKeyEntity } from './entities/signing-key.ts'
import { SwitchEntity } from './entities/switch.ts'
import { UserEntity } from './entities/user.ts'
import { tableOf } from './table.ts'

// An entity cannot know the brands of the strings it keeps (Sha256, Sealed); the contract suite holds both to the same rows.
const rowsOf = <Row extends object>(entity: object) => tableOf(entity as EntitySchema<Row>)

export const tables = {
  users: rowsOf<User>(UserEntity),
  linkedIdentities: rowsOf<LinkedIdentity>(LinkedIdentityEntity),
  browserSessions: rowsOf<BrowserSession>(BrowserSessionEntity),
  deviceAuthorizations: rowsOf<DeviceAuthorization>(DeviceAuthorizationEntity),
  loginTransactions: rowsOf<LoginTransaction>(LoginTransactionEntity),
  refreshFamilies: rowsOf<RefreshFamily>(RefreshFamilyEntity),
  refreshTokens: rowsOf<RefreshToken>(RefreshTokenEntity),
  signingKeys: rowsOf<SigningKey>(SigningKeyEntity),
  auditEvents: rowsOf<AuditEvent>(AuditEventEntity),
  switches: rowsOf<Switch>(SwitchEntity),
  reservedUserCodes: rowsOf<{ readonly userCodeHash: KeyedHash; readonly until: Date }>(ReservedUserCodeEntity),
  endedAccessTokens: rowsOf<{ readonly accessTokenId: string; readonly endedAt: Date }>(EndedAccessTokenEntity),
  conventions: rowsOf<Convention>(ConventionEntity),
  conventionVersions: rowsOf<ConventionVersion>(ConventionVersionEntity),
}
