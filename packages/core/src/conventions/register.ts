/** Writes conventions in a transaction, each under the lock of its address, so that version numbers have no gaps. */
import type { DeployedConvention } from '@osa/contract'
import { newId } from '../auth/dependencies.ts'
import type { Candidate } from './candidates.ts'
import { summaryOf } from './documents.ts'
import type { ConventionDependencies, ConventionTx } from './ports.ts'
import type { ConventionOutline, ConventionRow, ConventionVersion } from './rows.ts'

type Found = Awaited<ReturnType<ConventionTx['lockConvention']>>
type Writer = Pick<ConventionDependencies, 'now' | 'random'> & { readonly userId: string }

/** Reads and locks the conventions at the addresses, in the order of slugs, so that concurrent deploys cannot deadlock. */
export async function lockAll(tx: ConventionTx, candidates: readonly Candidate[]): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>()
  for (const { slug } of inOrder(candidates)) found.set(slug, await tx.lockConvention(slug))
  return found
}

/** Registers all candidates, given what `lockAll` found, in the order of slugs. Returns them in the order of `candidates`. */
export async function registerAll(
  deps: Writer & { readonly found: ReadonlyMap<string, Found> },
  tx: ConventionTx,
  candidates: readonly Candidate[],
): Promise<DeployedConvention[]> {
  const registered = new Map<string, DeployedConvention>()
  for (const candidate of inOrder(candidates)) {
    registered.set(candidate.slug, await register(deps, tx, candidate, deps.found.get(candidate.slug) ?? null))
  }
  return candidates.flatMap(({ slug }) => registered.get(slug) ?? [])
}

const inOrder = (candidates: readonly Candidate[]): Candidate[] =>
  candidates.toSorted((a, b) => (a.slug < b.slug ? -1 : 1))

async function register(
  deps: Writer,
  tx: ConventionTx,
  candidate: Candidate,
  found: Found,
): Promise<DeployedConvention> {
  const { slug, content } = candidate
  if (found?.newest.contentHash === content.contentHash) return deployed(slug, found.newest, false)
  const id = newId(deps.random)
  if (found) {
    const { convention } = found
    const next = versionOf(deps, candidate, { id, convention, version: convention.version + 1 })
    await tx.insertConventionVersion(next)
    await tx.saveConvention({ ...convention, version: next.version })
    return deployed(slug, next, true)
  }
  const convention: ConventionRow = { id: newId(deps.random), slug, version: 1, createdAt: deps.now() }
  // a concurrent deploy took the address first; its transaction has ended, so the convention can be locked
  if (!(await tx.insertConvention(convention))) return register(deps, tx, candidate, await tx.lockConvention(slug))
  const first = versionOf(deps, candidate, { id, convention, version: 1 })
  await tx.insertConventionVersion(first)
  return deployed(slug, first, true)
}

const versionOf = (
  { now, userId }: Writer,
  { content }: Candidate,
  { id, convention, version }: { id: string; convention: ConventionRow; version: number },
): ConventionVersion => ({
  ...content,
  id,
  conventionId: convention.id,
  version,
  deployedBy: userId,
  createdAt: now(),
})

const deployed = (slug: string, outline: ConventionOutline, changed: boolean): DeployedConvention => ({
  ...summaryOf(slug, outline),
  content_hash: outline.contentHash,
  changed,
})
