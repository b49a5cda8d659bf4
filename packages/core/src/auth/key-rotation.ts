/** The stages of signing keys, their rotation, and giving up keys of another secret (F12, L03). */
import { type AuthDependencies, secondsAfter } from './dependencies.ts'
import { type By, operationEvent } from './operations.ts'
import type { AuthPolicy } from './policy.ts'
import type { SigningKey } from './rows.ts'
import { insertSigningKey, keySetMaxAgeSeconds } from './signing-keys.ts'
import type { AuthTx } from './store.ts'

/** Allows for differing clocks, and for processes that use the keys they last read for up to half a minute. */
const marginSeconds = 60

/** A key as an operator sees it, without the private key. */
export interface KeyStage {
  readonly kid: string
  readonly algorithm: SigningKey['algorithm']
  /** `published`: known to verifiers, not signing yet. `retiring`: still accepted, no longer signing. */
  readonly stage: 'published' | 'signing' | 'retiring' | 'retired'
  readonly createdAt: Date
  readonly signsFrom: Date
  readonly retiresAt: Date | null
}

export type RotationOutcome =
  | { rotated: KeyStage; othersRetireAt: Date }
  | { refused: 'staged'; waiting: KeyStage }
  | { refused: 'other_secret' }

export type KeyDependencies = Pick<AuthDependencies, 'keys' | 'now' | 'random'> & {
  readonly policy: Pick<AuthPolicy, 'accessTokenLifetimeSeconds' | 'signingAlgorithm'>
}

/** Implements `Operator.rotateKeys`, and records who did it. */
export async function rotateKeys(
  deps: KeyDependencies,
  tx: AuthTx,
  { atOnce }: { atOnce: boolean },
  by: By,
): Promise<RotationOutcome> {
  const now = deps.now()
  const inService = await keysInService(tx, now)
  if (!inService.every((key) => opensKey(deps, key))) return { refused: 'other_secret' }
  const waiting = stagesOf(inService, now).find(({ stage }) => stage === 'published')
  if (waiting && !atOnce) return { refused: 'staged', waiting }
  const { signsFrom, retiresAt } = atOnce ? { signsFrom: now, retiresAt: now } : schedule(deps, inService, now)
  for (const key of inService) {
    // a key that an earlier rotation retires sooner keeps its time
    if (key.retiresAt === null || key.retiresAt > retiresAt) await tx.saveSigningKey({ ...key, retiresAt })
  }
  const made = await insertSigningKey(deps, tx, signsFrom)
  const detail = `${made.kid} signs from ${signsFrom.toISOString()}; others retire at ${retiresAt.toISOString()}`
  await tx.appendAuditEvent(operationEvent(deps, 'key.rotate', by, { detail }))
  return { rotated: stageOf(made, now, made), othersRetireAt: retiresAt }
}

/** Implements `Operator.abandonKeys`. */
export async function abandonKeys(deps: KeyDependencies, tx: AuthTx): Promise<KeyStage[]> {
  const now = deps.now()
  const inService = await keysInService(tx, now)
  const unopened = inService.filter((key) => !opensKey(deps, key)).map((key) => ({ ...key, retiresAt: now }))
  for (const key of unopened) await tx.saveSigningKey(key)
  const detail = `retired, sealed under another secret: ${unopened.map(({ kid }) => kid).join(' ')}`
  if (unopened.length > 0) await tx.appendAuditEvent(operationEvent(deps, 'key.rotate', null, { detail }))
  return stagesOf(unopened, now)
}

const keysInService = async (tx: AuthTx, now: Date): Promise<SigningKey[]> =>
  (await tx.lockSigningKeys()).filter((key) => key.retiresAt === null || key.retiresAt > now)

const opensKey = ({ keys }: KeyDependencies, key: SigningKey): boolean =>
  keys.open('signingKey', key.sealedPrivateJwk, key.kid) !== null

function schedule({ policy }: KeyDependencies, inService: readonly SigningKey[], now: Date) {
  // without any key in service, verifiers cannot have cached an older key set
  const signsFrom = inService.length === 0 ? now : secondsAfter(now, keySetMaxAgeSeconds + marginSeconds)
  return { signsFrom, retiresAt: secondsAfter(signsFrom, policy.accessTokenLifetimeSeconds + marginSeconds) }
}

/** Returns each key with its stage at `now`. */
export function stagesOf(keys: readonly SigningKey[], now: Date): KeyStage[] {
  // chosen like in the key ring: of the keys in service, the one that started signing last
  const signing = keys
    .filter(({ signsFrom, retiresAt }) => signsFrom <= now && (retiresAt === null || retiresAt > now))
    .reduce<SigningKey | null>((last, key) => (last && last.signsFrom >= key.signsFrom ? last : key), null)
  return keys.map((key) => stageOf(key, now, signing))
}

function stageOf(key: SigningKey, now: Date, signing: SigningKey | null): KeyStage {
  const { kid, algorithm, createdAt, signsFrom, retiresAt } = key
  const stage =
    retiresAt !== null && retiresAt <= now
      ? 'retired'
      : signsFrom > now
        ? 'published'
        : kid === signing?.kid
          ? 'signing'
          : 'retiring'
  return { kid, algorithm, stage, createdAt, signsFrom, retiresAt }
}
