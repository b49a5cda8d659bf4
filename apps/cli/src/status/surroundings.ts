/** Finds the folder's link and the archive that a command would use, for `osa status` and `osa doctor`. An error here does not end them. */
import { findLink, type LinkSearch, OsaError, readLink } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { chooseServer, loginHint, namedServer, type ResolvedServer } from '../server-resolution.ts'
import { isReportable } from './problems.ts'

export interface FolderLink {
  path: string
  url: string
  state: 'ok' | 'malformed' | 'foreign_owner'
}

/** A value, or the error that prevented it. */
export type Attempt<T> = { value: T; error: null } | { value: null; error: OsaError }

/** Runs `work` and returns its value or a reportable error, so that the other findings can still be shown. */
export async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work(), error: null }
  } catch (error) {
    if (!isReportable(error)) throw error
    return { value: null, error }
  }
}

/** Finds the link of the folder. `error`: what is wrong with a malformed one. */
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

/** Chooses the server as other commands do, except that a missing server is returned as an error. A mistake on the command line throws. */
export async function lookForServer(context: CommandContext): Promise<Attempt<ResolvedServer>> {
  // Throws for an invalid address on the command line or in OSA_SERVER.
  namedServer(context)
  const quiet = { ...context, io: { ...context.io, warn: () => undefined } }
  return await attempt(() => chooseServer(quiet, 'only stored login'))
}

/** The error of `osa whoami` for an archive without a login. */
export const missingLogin = (server: ResolvedServer): OsaError =>
  new OsaError('not_authenticated', `Not logged in to ${server.url}`, { server: server.url, hint: loginHint(server) })
