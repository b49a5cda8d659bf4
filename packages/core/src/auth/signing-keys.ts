/**
 * The key ring. Keys are made here and sealed at rest. They are published as soon as they exist and used for signing some time later, so that
 * all cached key sets contain a new key before the first token that needs it (F12).
 */
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { type AuthDependencies, auditEvent, isFresh, newId } from './dependencies.ts'
import type { AuthPolicy } from './policy.ts'
import type { SigningKey } from './rows.ts'
import type { AuthTx } from './store.ts'

/** How long clients may cache the key set. */
export const keySetMaxAgeSeconds = 300
/** How long a process may use the keys that it read. Changes take effect everywhere within a minute (L10). */
const ringMaxAgeSeconds = 30

export interface Signer {
  readonly kid: string
  readonly algorithm: SigningKey['algorithm']
  readonly key: CryptoKey
}

export interface KeyRing {
  /** Returns the newest key that may already sign. Makes one if there is none. */
  signer(): Promise<Signer>
  /** Returns a published key that is not retired, by its id. */
  verificationKey(kid: string): Promise<{ key: CryptoKey; algorithm: SigningKey['algorithm'] } | null>
  publicKeys(): Promise<JWK[]>
}

type Loaded = {
  signer: Signer
  published: Map<string, { jwk: JWK; key: CryptoKey; algorithm: SigningKey['algorithm'] }>
}
type RingDependencies = Pick<AuthDependencies, 'store' | 'keys' | 'policy' | 'now' | 'random'>

export function createKeyRing(deps: RingDependencies): KeyRing {
  const { store, now } = deps
  let current: { readAt: Date; ring: Promise<Loaded> } | null = null

  const load = async (): Promise<Loaded> => {
    const at = now()
    const inService = (await store.listSigningKeys()).filter((row) => row.retiresAt === null || row.retiresAt > at)
    const rows = inService.some((row) => row.signsFrom <= at) ? inService : await createFirstKey(deps)
    const readAt = now() // read again, because a first key is made after `at` and signs from then on
    const signing = rows
      .filter((row) => row.signsFrom <= readAt)
      .sort((a, b) => b.signsFrom.getTime() - a.signsFrom.getTime())[0]
    if (!signing) throw new Error('no signing key is in service')
    const published = new Map(
      await Promise.all(
        rows.map(async (row) => {
          const jwk: JWK = JSON.parse(row.publicJwk)
          return [row.kid, { jwk, key: await importKey(jwk, row.algorithm), algorithm: row.algorithm }] as const
        }),
      ),
    )
    return { signer: await unseal(deps, signing), published }
  }

  const ring = (): Promise<Loaded> => {
    if (current && isFresh(current.readAt, now(), ringMaxAgeSeconds)) return current.ring
    const next = { readAt: now(), ring: load() }
    current = next
    // current callers get the error; later ones load again instead of getting the same error for half a minute
    next.ring.catch(() => {
      if (current === next) current = null
    })
    return next.ring
  }

  return {
    signer: async () => (await ring()).signer,
    verificationKey: async (kid) => (await ring()).published.get(kid) ?? null,
    publicKeys: async () => [...(await ring()).published.values()].map(({ jwk }) => jwk),
  }
}

const importKey = async (jwk: JWK, algorithm: string): Promise<CryptoKey> =>
  (await importJWK(jwk, algorithm)) as CryptoKey

async function unseal({ keys }: RingDependencies, row: SigningKey): Promise<Signer> {
  const privateJwk = keys.open('signingKey', row.sealedPrivateJwk, row.kid)
  if (privateJwk === null) {
    throw new Error(
      'The signing keys in the database were sealed under another OSA_SECRET.\nStart with the secret they were made with; if that is lost, run `osa-server keys abandon` first.',
    )
  }
  return { kid: row.kid, algorithm: row.algorithm, key: await importKey(JSON.parse(privateJwk), row.algorithm) }
}

/** Makes the first key under the lock for keys, so that only one of several starting processes makes it and all use it. */
const createFirstKey = (deps: RingDependencies): Promise<SigningKey[]> =>
  deps.store.transaction(async (tx) => {
    const now = deps.now()
    const rows = (await tx.lockSigningKeys()).filter((row) => row.retiresAt === null || row.retiresAt > now)
    if (rows.some((row) => row.signsFrom <= now)) return rows
    return [...rows, await insertSigningKey(deps, tx, now)]
  })

/** The dependencies for making a key. */
export type KeyMaker = Pick<AuthDependencies, 'keys' | 'now' | 'random'> & {
  readonly policy: Pick<AuthPolicy, 'signingAlgorithm'>
}

/** Makes a key (P-256, Ed25519 or RSA-3072, RFC 7518 §3) that signs from `signsFrom` on. */
export async function insertSigningKey(deps: KeyMaker, tx: AuthTx, signsFrom: Date): Promise<SigningKey> {
  const algorithm = deps.policy.signingAlgorithm
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: 3072 })
  const kid = newId(deps.random)
  const publicJwk = { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' }
  const row: SigningKey = {
    kid,
    algorithm,
    publicJwk: JSON.stringify(publicJwk),
    sealedPrivateJwk: deps.keys.seal('signingKey', JSON.stringify(await exportJWK(pair.privateKey)), kid),
    createdAt: deps.now(),
    signsFrom,
    retiresAt: null,
  }
  await tx.insertSigningKey(row)
  await tx.appendAuditEvent(auditEvent(deps, 'key.create', 'ok', null, { detail: `${kid} ${algorithm}` }))
  return row
}
