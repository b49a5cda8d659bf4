/** What `osa status` and `osa doctor` look at first: the folder's link and the archive that a command would talk to. Neither fails them. */
import { findLink, type LinkSearch, OsaError, readLink } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { chooseServer, loginHint, namedServer, type ResolvedServer } from '../server-resolution.ts'
import { isReportable } from './problems.ts'

export interface FolderLink {
  path: string
  url: string
  state: 'ok' | 'malformed' | 'foreign_owner'
}

/** What was found, or the error that stands in its place. */
export type Attempt<T> = { value: T; error: null } | { value: null; error: OsaError }

/** A part that cannot be read is reported, and the others are shown all the same. */
export async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work(), error: null }
  } catch (error) {
    if (!isReportable(error)) throw error
    return { value: null, error }
  }
}

/** The link of the folder; `error` says what is wrong with a malformed one. */
export async function lookAtLink(
  context: CommandContext,
): Promise<{ link: FolderLink | null; search: LinkSearch; error: OsaError | null }> {
  const home = context.env.HOME || context.env.USERPROFILE || '/'
  const search = await findLink({ cwd: context.cwd, home, uid: process.getuid?.() })
  const [foreign] = search.ignored
  if (!search.link) {
    return { search, link: foreign ? { path: foreign.path, url: '', state: 'foreign_owner' } : null, error: null }
  }
  const { path, folder } = search.link
  const { value: url, error } = await attempt(() => readLink(folder, { allowHttp: true }))
  if (error) return { search, link: { path, url: '', state: 'malformed' }, error }
  return { search, link: url === null ? null : { path, url, state: 'ok' }, error: null }
}

/** As for any command, except that a folder without an archive is a finding and no failure. */
export async function lookForServer(context: CommandContext): Promise<Attempt<ResolvedServer>> {
  // What was typed wrongly is a mistake, no finding.
  namedServer(context)
  const quiet = { ...context, io: { ...context.io, warn: () => undefined } }
  return await attempt(() => chooseServer(quiet, 'only stored login'))
}

/** Not signed in at the archive of this folder: what `osa whoami` would say. */
export const missingLogin = (server: ResolvedServer): OsaError =>
  new OsaError('not_authenticated', `Not logged in to ${server.url}`, { server: server.url, hint: loginHint(server) })
