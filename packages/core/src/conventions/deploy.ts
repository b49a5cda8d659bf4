/** Registers conventions: checks the person, the manifests and the limits, then writes all conventions in one transaction, or none. */
import type { DeployRefusal, Issue } from '@osa/contract'
import { auditEvent, roleOf } from '../auth/dependencies.ts'
import type { Budget } from '../auth/ports.ts'
import { type Candidate, candidatesOf } from './candidates.ts'
import type { Deploying, Deployment, DeployRejection } from './conventions.ts'
import { isDeployRejection } from './conventions.ts'
import { refuseDeploy, refuseRole } from './permission.ts'
import { maxConventions } from './policy.ts'
import type { ConventionDependencies } from './ports.ts'
import { lockAll, registerAll } from './register.ts'

type Deploy = Parameters<Deploying['deploy']>[0]

export const createDeploying = (deps: ConventionDependencies): Deploying => ({
  async deploy(request) {
    const { principal, manifests } = request
    // counted first, since refusals leave audit events too, and one person must not fill the disk with them
    const limited = await spend(deps, 'deploy_by_account', principal.user.id, Math.max(1, manifests.length))
    if (limited) return limited
    const refusal = refuseDeploy(principal)
    if (refusal) return rejected(deps, request, refusal)
    const checked = candidatesOf(manifests)
    if ('issues' in checked) return rejected(deps, request, invalid(checked.issues))
    return write(deps, request, checked.candidates)
  },
})

/** Charges the KiB of new content before writing, and refunds those of conventions that did not change or were not registered. */
async function write(
  deps: ConventionDependencies,
  request: Deploy,
  candidates: readonly Candidate[],
): Promise<Deployment | DeployRejection> {
  const userId = request.principal.user.id
  const present = await deps.store.listContentHashes(candidates.map(({ slug }) => slug))
  const sizes = candidates.map(({ slug, content }) =>
    present.some((there) => there.slug === slug && there.contentHash === content.contentHash)
      ? 0
      : Math.ceil(Buffer.byteLength(content.manifest) / 1024),
  )
  // before the transaction, which may hold the only connection
  const limited = await spend(deps, 'deploy_kib_by_account', userId, sum(sizes))
  const outcome = limited ?? (await inTransaction(deps, request, candidates))
  const isKept = (index: number) => !isDeployRejection(outcome) && outcome.conventions[index]?.changed === true
  const owed = sum(sizes.filter((_, index) => !isKept(index)))
  if (owed > 0) await deps.limiter.refund('deploy_kib_by_account', userId, owed)
  return isDeployRejection(outcome) ? rejected(deps, request, outcome) : outcome
}

const inTransaction = (
  deps: ConventionDependencies,
  { principal, requester }: Deploy,
  candidates: readonly Candidate[],
): Promise<Deployment | DeployRejection> =>
  deps.store.transaction(async (tx) => {
    const { user, identity, sessionId, clientId } = principal
    // waits for other deploys first, so that the permission is checked when nothing delays the writes any more (F16)
    const found = await lockAll(tx, candidates)
    const current = await tx.lockDeployer({ userId: user.id, familyId: sessionId })
    if (!current) return { error: 'session_ended', error_description: 'The session was ended.' }
    const refusal = refuseRole(roleOf(deps.roleGrants, current, identity))
    if (refusal) return refusal
    const others = await tx.countOtherConventions(candidates.map(({ slug }) => slug))
    if (others + candidates.length > maxConventions) return full
    const conventions = await registerAll({ ...deps, userId: user.id, found }, tx, candidates)
    const detail = conventions.map(({ slug, version, changed }) => `${slug} ${version}${changed ? '' : ' (unchanged)'}`)
    const details = { userId: user.id, clientId, familyId: sessionId, detail: detail.join(', ') }
    await tx.appendAuditEvent(auditEvent(deps, 'convention.deploy', 'ok', requester, details))
    return { conventions }
  })

const full: DeployRefusal = {
  error: 'limited',
  error_description: `The archive has ${maxConventions} conventions, which is the most it accepts.`,
  retry_after_seconds: null,
}

const invalid = (issues: readonly Issue[]): DeployRejection => ({
  error: 'invalid_convention',
  error_description: 'No convention was registered, because some are not valid.',
  issues,
})

async function spend(
  { limiter }: ConventionDependencies,
  budget: Budget,
  key: string,
  points: number,
): Promise<DeployRefusal | null> {
  if (points === 0) return null
  const spent = await limiter.spend(budget, key, points)
  if (spent.within) return null
  return {
    error: 'limited',
    error_description: 'This account has sent too many conventions. Please try again later.',
    retry_after_seconds: spent.retryAfterSeconds,
  }
}

/** Records a refusal in the audit: the person and the reason, but nothing from the manifests. */
async function rejected(
  deps: ConventionDependencies,
  { principal, requester }: Deploy,
  rejection: DeployRejection,
): Promise<DeployRejection> {
  const detail =
    rejection.error === 'invalid_convention' ? `${rejection.error}: ${rejection.issues.length}` : rejection.error
  const { user, clientId, sessionId } = principal
  const details = { userId: user.id, clientId, familyId: sessionId, detail }
  await deps.store.appendAuditEvent(auditEvent(deps, 'convention.deploy', 'refused', requester, details))
  return rejection
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
