/** Finds the convention that a person names as `slug` or `slug@version`. */
import { cleanText, isOsaError, type OsaClient, OsaError } from '@osa/sdk/node'
import { withoutAccount } from './account.ts'
import type { CommandContext } from './command.ts'
import { usage } from './misspelled-words.ts'
import { nearest } from './nearest.ts'
import type { ResolvedServer } from './server-resolution.ts'

export type ConventionDetail = Awaited<ReturnType<OsaClient['conventions']['get']['query']>>

interface NamedConvention {
  slug: string
  /** The newest, if absent. */
  version?: number
}

/** Parses `slug` or `slug@version`. Throws `usage`. */
function readConventionName(typed: string): NamedConvention {
  const [, slug = '', version] = /^([^@]{1,200})(?:@([1-9]\d{0,8}))?$/.exec(typed) ?? []
  if (slug === '')
    throw usage(`"${cleanText(typed, 60)}" is not the name of a convention`, 'Write <slug> or <slug>@<version>')
  return version === undefined ? { slug } : { slug, version: Number(version) }
}

const mostNames = 5
/** A shorter text is part of too many names. */
const fewestLetters = 3

/** Returns the names that were probably meant: first the nearest to a misspelt name, then those that contain the typed text. */
function namesLike(typed: string, names: readonly string[]): string[] {
  const text = typed.toLowerCase()
  const close = nearest(text, names)
  const containing = names.filter((name) => text.length >= fewestLetters && name !== typed && name.includes(text))
  return [...new Set([...(close === null ? [] : [close]), ...containing])].slice(0, mostNames)
}

/** Whether a text is a slug as archives make them. Other texts from an archive must not be suggested as something to type into a shell. */
const isSlug = (text: string): boolean => /^[a-z][a-z0-9-]{2,63}$/.test(text)

/**
 * Fetches a convention from an archive. `command`: the words before the name on the command line; `words`: other values that may stand in its
 * place. Throws `usage`, `not_found` with similar names, and what the call throws.
 */
export async function findConvention(
  context: CommandContext,
  server: ResolvedServer,
  { typed, command, words = [] }: { typed: string; command: string; words?: readonly string[] },
): Promise<ConventionDetail> {
  const { signal } = context
  const named = readConventionName(typed)
  try {
    return await withoutAccount(context, server, (osa) => osa.conventions.get.query(named, { signal }))
  } catch (error) {
    if (!isOsaError(error, 'not_found')) throw error
    const all = await withoutAccount(context, server, (osa) => osa.conventions.list.query(undefined, { signal }))
    const near = namesLike(named.slug, [...words, ...all.map(({ slug }) => slug).filter(isSlug)])
    throw new OsaError('not_found', `${server.url} has no convention ${cleanText(typed, 60)}`, {
      server: server.url,
      status: 404,
      details: near.length > 1 ? [`It has: ${near.join(', ')}`] : [],
      hint: near[0] === undefined ? 'See osa conventions list' : `Did you mean: ${command} ${near[0]}`,
    })
  }
}
