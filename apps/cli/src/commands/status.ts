/** `osa status`: the folder's link, every saved login and how it stands, and what is odd here. */
import { canonicalServerOrNull } from '@osa/sdk/internal'
import { findLink, type LinkSearch, OsaError, readLink, type StoredLogin } from '@osa/sdk/node'
import type { CommandContext, RunCommand } from '../command.ts'
import { chooseServer, loginHint, namedServer, type ResolvedServer } from '../server-resolution.ts'
import { findLocalArchive } from '../status/local-archive.ts'
import { type LoginReport, reportFromIndex, reportFromServer } from '../status/logins.ts'
import {
  environmentProblems,
  foreignLinkProblems,
  inspectConfigDir,
  isReportable,
  problemOf,
} from '../status/problems.ts'
import { printStatus, type Status, statusDocument } from '../status/report.ts'

/** What was found, or why not: a part that cannot be read is reported, and the others are shown all the same. */
async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ value: T; error: null } | { value: null; error: OsaError }> {
  try {
    return { value: await work(), error: null }
  } catch (error) {
    if (!isReportable(error)) throw error
    return { value: null, error }
  }
}

async function findStatusLink(context: CommandContext): Promise<{ link: Status['link']; search: LinkSearch }> {
  const home = context.env.HOME || context.env.USERPROFILE || '/'
  const search = await findLink({ cwd: context.cwd, home, uid: process.getuid?.() })
  const [foreign] = search.ignored
  if (!search.link) return { search, link: foreign ? { path: foreign.path, url: '', state: 'foreign_owner' } : null }
  const { path, folder } = search.link
  const read = await attempt(() => readLink(folder, { allowHttp: true }))
  if (read.error) return { search, link: { path, url: '', state: 'malformed' } }
  return { search, link: read.value === null ? null : { path, url: read.value, state: 'ok' } }
}

/** As for any command, except that a folder without an archive is a finding and no failure. */
async function findServer(context: CommandContext): Promise<{ server: ResolvedServer | null; error: OsaError | null }> {
  // What was typed wrongly is a mistake, no finding.
  namedServer(context)
  const quiet = { ...context, io: { ...context.io, warn: () => undefined } }
  const { value, error } = await attempt(() => chooseServer(quiet, 'only stored login'))
  return { server: value, error }
}

async function reportLogins(
  context: CommandContext,
  server: ResolvedServer | null,
  logins: readonly StoredLogin[],
): Promise<LoginReport[]> {
  const { flags, env } = context
  const isAsked = (login: StoredLogin): boolean =>
    !flags.isSet('offline') && (flags.isSet('all') || login.server === server?.url)
  const reports = logins.map((login) => {
    const isCurrent = login.server === server?.url
    if (!isAsked(login)) return reportFromIndex(context, login)
    const asked = isCurrent && server ? server : { url: login.server, source: '--server' as const }
    return reportFromServer(context, asked, { login, useToken: isCurrent })
  })
  const isMissing =
    server && env.OSA_TOKEN && !flags.isSet('offline') && !logins.some((one) => one.server === server.url)
  if (isMissing) reports.push(reportFromServer(context, server, { login: null, useToken: true }))
  return await Promise.all(reports)
}

/** Not signed in at the archive of this folder: what `osa whoami` would say. */
const missingLogin = (server: ResolvedServer, reports: readonly LoginReport[]): OsaError | null =>
  reports.some((one) => one.url === server.url)
    ? null
    : new OsaError('not_authenticated', `Not logged in to ${server.url}`, {
        server: server.url,
        hint: loginHint(server),
      })

export const status: RunCommand = async (context) => {
  const { io, flags } = context
  if (flags.isSet('offline') && flags.isSet('all')) {
    throw new OsaError('usage', '--offline and --all are given together', { hint: 'Use one of them' })
  }
  const config = inspectConfigDir(context)
  const { link, search } = await findStatusLink(context)
  const stored = config.dir === null ? { value: [], error: null } : await attempt(() => context.store().list())
  const { server, error: noServer } = await findServer(context)
  const reports = await reportLogins(context, server, stored.value ?? [])
  const current = reports.find((one) => one.url === server?.url)
  const failure = stored.error ?? noServer ?? current?.error ?? (server && missingLogin(server, reports))
  const found: Status = {
    folder: context.cwd,
    configDir: config.dir,
    link,
    server,
    logins: reports,
    areLoginsKnown: stored.error === null,
    localArchive: await findLocalArchive(context.cwd),
    problems: [
      // A config folder that there is none of has been told of already.
      ...(failure && !config.problems.some(({ message }) => message === failure.message) ? [problemOf(failure)] : []),
      ...config.problems,
      ...foreignLinkProblems(search.ignored),
      ...environmentProblems(context, link?.state === 'ok' ? canonicalServerOrNull(link.url) : null),
      ...reports.flatMap(({ problems }) => problems),
    ],
  }
  if (io.isJson) io.json(statusDocument(context, found))
  else printStatus(context, found)
  if (failure) context.endAs(failure.code)
}
