/** Valid sample rows that are easy to vary. Ids and hashes are new at each call. */
import { createHash, randomUUID } from 'node:crypto'
import { undecided } from '../auth/device-authorization.ts'
import type {
  AuditEvent,
  BrowserSession,
  DeviceAuthorization,
  LinkedIdentity,
  LoginTransaction,
  RefreshFamily,
  SigningKey,
  User,
} from '../auth/rows.ts'
import type { KeyedHash, Sealed, Sha256 } from '../auth/secret.ts'

/** When sample rows were created. */
export const sampleStart = new Date('2026-01-01T12:00:00.123Z')
/** Returns the instant `seconds` after `sampleStart`. */
export const atSecond = (seconds: number): Date => new Date(sampleStart.getTime() + seconds * 1000)

const fresh = (): string => createHash('sha256').update(randomUUID()).digest('base64url')
export const freshSha256 = (): Sha256 => fresh() as Sha256
export const freshKeyedHash = (): KeyedHash => fresh() as KeyedHash
export const freshSealed = (): Sealed => fresh() as Sealed

export const sampleDevice = (changes: Partial<DeviceAuthorization> = {}): DeviceAuthorization => ({
  id: randomUUID(),
  deviceCodeHash: freshSha256(),
  userCodeHash: freshKeyedHash(),
  clientId: 'osa-cli',
  scope: 'profile conventions:write',
  status: 'pending',
  createdAt: sampleStart,
  expiresAt: atSecond(600),
  pollIntervalSeconds: 5,
  lastPolledAt: null,
  requesterIp: '192.0.2.7',
  requesterSource: '192.0.2.7',
  requesterUserAgent: 'osa/0.1.0',
  deviceName: 'lab-notebook',
  loopbackChallenge: null,
  loopbackPort: null,
  ...undecided,
  ...changes,
})

export const sampleLogin = (changes: Partial<LoginTransaction> = {}): LoginTransaction => ({
  id: randomUUID(),
  stateHash: freshSha256(),
  browserHash: freshSha256(),
  providerId: 'orcid',
  nonce: fresh(),
  codeVerifier: fresh(),
  deviceAuthorizationId: null,
  sealedUserCode: null,
  codeTyped: false,
  taken: false,
  createdAt: sampleStart,
  expiresAt: atSecond(600),
  ...changes,
})

export const sampleUser = (changes: Partial<User> = {}): User => ({
  id: randomUUID(),
  displayName: 'Josiah Carberry',
  role: 'user',
  createdAt: sampleStart,
  disabledAt: null,
  sessionsSeenAt: null,
  ...changes,
})

export const sampleIdentity = (user: User, changes: Partial<LinkedIdentity> = {}): LinkedIdentity => ({
  id: randomUUID(),
  userId: user.id,
  provider: 'orcid',
  issuer: 'https://orcid.org',
  subject: fresh(),
  createdAt: sampleStart,
  ...changes,
})

export const sampleBrowserSession = (user: User, changes: Partial<BrowserSession> = {}): BrowserSession => ({
  id: randomUUID(),
  secretHash: freshSha256(),
  userId: user.id,
  authTime: sampleStart,
  createdAt: sampleStart,
  expiresAt: atSecond(900),
  ...changes,
})

export const sampleFamily = (user: User, changes: Partial<RefreshFamily> = {}): RefreshFamily => ({
  id: randomUUID(),
  userId: user.id,
  clientId: 'osa-cli',
  scope: 'profile',
  deviceName: 'lab-notebook',
  ip: '192.0.2.7',
  approval: 'typed',
  authTime: sampleStart,
  createdAt: sampleStart,
  lastUsedAt: sampleStart,
  calledAt: null,
  generation: 0,
  salt: fresh(),
  replays: 0,
  rotatedFrom: '192.0.2.7',
  repeatedFrom: null,
  attemptHash: null,
  sharedRotations: 0,
  pacedUntil: null,
  expiresAt: atSecond(90 * 86_400),
  revokedAt: null,
  revokedBecause: null,
  ...changes,
})

export const sampleSigningKey = (changes: Partial<SigningKey> = {}): SigningKey => ({
  kid: fresh(),
  algorithm: 'ES256',
  publicJwk: '{"kty":"EC","crv":"P-256"}',
  sealedPrivateJwk: freshSealed(),
  createdAt: sampleStart,
  signsFrom: sampleStart,
  retiresAt: null,
  ...changes,
})

export const sampleAuditEvent = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
  id: randomUUID(),
  at: sampleStart,
  event: 'device.start',
  outcome: 'ok',
  userId: null,
  clientId: 'osa-cli',
  ip: '192.0.2.7',
  deviceAuthorizationId: null,
  familyId: null,
  detail: null,
  requestId: null,
  ...changes,
})
