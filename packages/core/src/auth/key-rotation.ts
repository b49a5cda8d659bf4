/** The stages of signing keys, and how they are rotated and given up (F12, L03). */
import { type AuthDependencies, secondsAfter } from './dependencies.ts'
import { type By, recorded } from './operations.ts'
import type { AuthPolicy } from './policy.ts'
import type { SigningKey } from './rows.ts'
import { insertSigningKey, keySetMaxAgeSeconds } from './signing-keys.ts'
import type { AuthTx } from './store.ts'

/** Clocks differ, and a process may go on for half a minute with the keys it last read. */
const marginSeconds = 60

/** A key as an operator sees it; never its private half. */
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

/** `Operator.rotateKeys`, in the transaction that says by whom. */
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
    // one that an earlier rotation retires sooner stays with that
    if (key.retiresAt === null || key.retiresAt > retiresAt) await tx.saveSigningKey({ ...key, retiresAt })
  }
  const made = await insertSigningKey(deps, tx, signsFrom)
  const detail = `${made.kid} signs from ${signsFrom.toISOString()}; others retire at ${retiresAt.toISOString()}`
  await tx.appendAuditEvent(recorded(deps, 'key.rotate', by, { detail }))
  return { rotated: stageOf(made, now, made), othersRetireAt: retiresAt }
}

/** `Operator.abandonKeys`. */
export async function abandonKeys(deps: KeyDependencies, tx: AuthTx): Promise<KeyStage[]> {
  const now = deps.now()
  const inService = await keysInService(tx, now)
  const unopened = inService.filter((key) => !opensKey(deps, key)).map((key) => ({ ...key, retiresAt: now }))
  for (const key of unopened) await tx.saveSigningKey(key)
  const detail = `retired, sealed under another secret: ${unopened.map(({ kid }) => kid).join(' ')}`
  if (unopened.length > 0) await tx.appendAuditEvent(recorded(deps, 'key.rotate', null, { detail }))
  return stagesOf(unopened, now)
}

const keysInService = async (tx: AuthTx, now: Date): Promise<SigningKey[]> =>
  (await tx.lockSigningKeys()).filter((key) => key.retiresAt === null || key.retiresAt > now)

const opensKey = ({ keys }: KeyDependencies, key: SigningKey): boolean =>
  keys.open('signingKey', key.sealedPrivateJwk, key.kid) !== null

function schedule({ policy }: KeyDependencies, inService: readonly SigningKey[], now: Date) {
  // with no key at all there is nothing that verifiers could have cached instead
  const signsFrom = inService.length === 0 ? now : secondsAfter(now, keySetMaxAgeSeconds + marginSeconds)
  return { signsFrom, retiresAt: secondsAfter(signsFrom, policy.accessTokenLifetimeSeconds + marginSeconds) }
}

/** What each key is used for at `now`. */
export function stagesOf(keys: readonly SigningKey[], now: Date): KeyStage[] {
  // the same choice as the key ring's: of the keys in service, the one whose time to sign came last
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
