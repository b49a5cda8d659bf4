/** Typing in a user code: what a guess costs, and the one answer for every code that cannot be decided (RFC 8628 §5.1). */
import { createHash } from 'node:crypto'
import type { EnteredCode, UserCodeEntry } from './browser-operations.ts'
import { type AuthDependencies, auditEvent, newId } from './dependencies.ts'
import { isClaimable } from './device-authorization.ts'
import { mayHaveOneMore } from './fair-share.ts'
import { createKeyedMutex } from './keyed-mutex.ts'
import type { PendingPlaces } from './pending-places.ts'
import { minGuessPrice } from './policy.ts'
import type { Budget, Requester, Spent } from './ports.ts'
import { recordExpiry } from './record-expiry.ts'
import { refuse } from './refusal.ts'
import { formatUserCode, hashUserCode, normaliseUserCode } from './user-code.ts'

/** Entries of one source that may wait for their turn in one process; a lecture hall fits. */
const maxWaitingGuesses = 200
const retryAfterCrowdSeconds = 5
const retryAfterShareSeconds = 60

type Paid = Extract<Spent, { within: true }>
type Refused = Extract<Spent, { within: false }>

export function createUserCodeEntry(
  deps: AuthDependencies,
  clientName: (clientId: string) => string,
  places: PendingPlaces,
): UserCodeEntry {
  const mutex = createKeyedMutex(maxWaitingGuesses)

  const guessOnce: UserCodeEntry['enterUserCode'] = async ({ userCode, requester, userId }) => {
    const guess = await spendGuess(deps, places, requester, userId)
    if (!guess.within) {
      return limited(deps, requester, userId, guess.retryAfterSeconds)
    }
    const entered = await findUsable(deps, userCode, userId)
    if (entered.outcome === 'found') await guess.refund()
    else await deps.store.appendAuditEvent(auditEvent(deps, 'device.code_refused', 'refused', requester, { userId }))
    return entered
  }
  const enterUserCode: UserCodeEntry['enterUserCode'] = (request) =>
    mutex.run(request.requester.source, () => guessOnce(request)) ??
    limited(deps, request.requester, request.userId, retryAfterCrowdSeconds)

  return {
    enterUserCode,
    async describeUserCode({ userCode, requester }) {
      const entered = await enterUserCode({ userCode, requester, userId: null })
      if (entered.outcome === 'limited') {
        const { retryAfterSeconds } = entered
        return refuse('temporarily_unavailable', 'Too many codes were tried. Please try again later.', {
          retryAfterSeconds,
        })
      }
      if (entered.outcome === 'not_usable') return refuse('invalid_grant', 'This code cannot be used.')
      const { device, ticket } = entered
      return {
        client_name: clientName(device.clientId),
        scope: device.scope,
        expires_in: Math.max(0, Math.floor((device.expiresAt.getTime() - deps.now().getTime()) / 1000)),
        continue_uri: `${deps.policy.publicUrl}/device?user_code=${ticket.userCode}`,
      }
    },
  }
}

async function limited(
  deps: AuthDependencies,
  requester: Requester,
  userId: string | null,
  retryAfterSeconds: number,
): Promise<EnteredCode> {
  await tellLimited(deps, requester, userId)
  return { outcome: 'limited', retryAfterSeconds }
}

/**
 * The audit has one event of a source and window, with a count that is brought up to date at the first refusal, the 10th, 100th and so on: a
 * row for each would let a stranger fill the disk.
 */
async function tellLimited(deps: AuthDependencies, requester: Requester, userId: string | null): Promise<void> {
  const refusals = await deps.limiter.spend('limited_guess_by_source', requester.source)
  if (!refusals.within || !/^10*$/.test(String(refusals.used))) return
  if (!(await deps.limiter.spend('limited_guess_told', 'all')).within) return
  const details = { id: idOf(requester.source, refusals.endsAt), userId, detail: `refused so far: ${refusals.used}` }
  await deps.store.putAuditEvent(auditEvent(deps, 'device.code_limited', 'refused', requester, details))
}

/** The id of a source's event in a window, the same in each process. */
const idOf = (source: string, windowEnd: Date): string =>
  newId((length) => createHash('sha256').update(`${source} ${windowEnd.getTime()}`).digest().subarray(0, length))

/**
 * The code is looked up whatever it is, well-formed or not, so that all refusals take one road (C11). One that a person has claimed is
 * usable only by a browser signed in as that person (C13).
 */
async function findUsable(deps: AuthDependencies, typed: string, userId: string | null): Promise<EnteredCode> {
  const code = normaliseUserCode(typed)
  const device = await deps.store.transaction(async (tx) => {
    const found = await tx.lockDeviceAuthorizationByUserCodeHash(hashUserCode(deps.keys, code ?? ''))
    if (found) await recordExpiry(tx, found, deps.now())
    return found
  })
  if (code === null || device === null || !isClaimable(device, deps.now(), userId)) return { outcome: 'not_usable' }
  return { outcome: 'found', device, ticket: { deviceAuthorizationId: device.id, userCode: formatUserCode(code) } }
}

/**
 * Takes the price of a failed guess before looking, so that a burst cannot outrun the budget (C07), and hands out its refund
 * for the case that the code is right. A source's entries take turns, so that a lecture hall that types right codes at one
 * moment holds one point at a time in each process and not as many as there are people. Successes leave earlier failures spent (C09). In all, a failure costs as many points
 * as codes are pending: the budget bounds the product of the two (C06). However few are pending, it bounds the failures too.
 */
async function spendGuess(
  { limiter }: AuthDependencies,
  places: PendingPlaces,
  { source }: Requester,
  userId: string | null,
): Promise<{ within: true; refund: () => Promise<void> } | Refused> {
  const priceInAll = Math.max(minGuessPrice, await places.countInAll())
  const price: [Budget, string, number][] = [
    ['guess_by_source', source, 1],
    ...(userId === null ? [] : [['guess_by_account', userId, 1] satisfies [Budget, string, number]]),
    ['guess_in_all', 'all', priceInAll],
  ]
  const paid: { entry: (typeof price)[number]; spent: Paid }[] = []
  const refund = async () => {
    for (const { entry } of paid) await limiter.refund(...entry)
  }
  for (const entry of price) {
    const spent = await limiter.spend(...entry)
    if (!spent.within) {
      await refund() // a source that is over its own budget must not use up everyone's (C10)
      return spent
    }
    paid.push({ entry, spent })
  }
  const [bySource, total] = [paid.at(0)?.spent, paid.at(-1)?.spent]
  if (bySource && total && !isFair(bySource, total, priceInAll)) {
    await refund()
    return { within: false, retryAfterSeconds: retryAfterShareSeconds }
  }
  return { within: true, refund }
}

/** Whether a source has guessed less than its share of what all may guess, so that a few cannot keep everybody from typing in codes. */
const isFair = (bySource: Paid, inAll: Paid, priceInAll: number): boolean =>
  mayHaveOneMore(
    { bySource: bySource.used - 1, inAll: (inAll.used - priceInAll) / priceInAll },
    { bySource: bySource.points, inAll: inAll.points / priceInAll },
  )
