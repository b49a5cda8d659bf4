/** Entering a user code: the price of a guess, and the same answer for every code that cannot be used (RFC 8628 §5.1). */
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

/** How many entries of one source may queue in a process: enough for a lecture hall. */
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
  await recordLimited(deps, requester, userId)
  return { outcome: 'limited', retryAfterSeconds }
}

/**
 * Records refused guesses in the audit: one event for each source and window, whose count is updated at the first refusal, the 10th, the
 * 100th and so on. With a row for each refusal, an attacker could fill the disk.
 */
async function recordLimited(deps: AuthDependencies, requester: Requester, userId: string | null): Promise<void> {
  const refusals = await deps.limiter.spend('limited_guess_by_source', requester.source)
  if (!refusals.within || !/^10*$/.test(String(refusals.used))) return
  if (!(await deps.limiter.spend('limited_guess_told', 'all')).within) return
  const details = { id: idOf(requester.source, refusals.endsAt), userId, detail: `refused so far: ${refusals.used}` }
  await deps.store.putAuditEvent(auditEvent(deps, 'device.code_limited', 'refused', requester, details))
}

/** Returns the id of a source's event in a window. It is the same in every process. */
const idOf = (source: string, windowEnd: Date): string =>
  newId((length) => createHash('sha256').update(`${source} ${windowEnd.getTime()}`).digest().subarray(0, length))

/**
 * Finds a code that this person may use. Malformed codes are looked up too, so that all refusals take the same path (C11). A code that a
 * person has claimed can be used only by a browser that is signed in as that person (C13).
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
 * Charges the price of a failed guess before the lookup, so that a burst cannot outrun the budget (C07), and returns a function that refunds
 * it if the code is valid. Earlier failures stay charged after a success (C09). The entries of one source run one at a time, so that a
 * lecture hall of people with valid codes holds one point at a time in each process. In the common budget a failure costs as many
 * points as codes are pending, because the budget limits the product of guesses and pending codes (C06); a minimum price limits the
 * failures when few codes are pending.
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
      await refund() // a source over its own budget must not use up the common one (C10)
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

/** Whether a source has used less than its share of the common budget, so that a few sources cannot block everyone else. */
const isFair = (bySource: Paid, inAll: Paid, priceInAll: number): boolean =>
  mayHaveOneMore(
    { bySource: bySource.used - 1, inAll: (inAll.used - priceInAll) / priceInAll },
    { bySource: bySource.points, inAll: inAll.points / priceInAll },
  )
