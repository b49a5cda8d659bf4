/** `osa status`: shows the folder's link, the state of every saved login, and problems with the set-up. */
import { canonicalServerOrNull } from '@osa/sdk/internal'
import { OsaError, type StoredLogin } from '@osa/sdk/node'
import type { CommandContext, RunCommand } from '../command.ts'
import type { ResolvedServer } from '../server-resolution.ts'
import { findLocalArchive } from '../status/local-archive.ts'
import { type LoginReport, reportFromIndex, reportFromServer } from '../status/logins.ts'
import { environmentProblems, foreignLinkProblems, inspectConfigDir, problemOf } from '../status/problems.ts'
import { printStatus, type Status, statusDocument } from '../status/report.ts'
import { attempt, lookAtLink, lookForServer, missingLogin } from '../status/surroundings.ts'

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

export const status: RunCommand = async (context) => {
  const { io, flags } = context
  if (flags.isSet('offline') && flags.isSet('all')) {
    throw new OsaError('usage', "--offline and --all can't be used together", { hint: 'Use one of them' })
  }
  const config = inspectConfigDir(context)
  const { link, search } = await lookAtLink(context)
  const stored = config.dir === null ? { value: [], error: null } : await attempt(() => context.store().list())
  const { value: server, error: noServer } = await lookForServer(context)
  const reports = await reportLogins(context, server, stored.value ?? [])
  const current = reports.find((one) => one.url === server?.url)
  const failure = stored.error ?? noServer ?? current?.error ?? (server && !current ? missingLogin(server) : null)
  const found: Status = {
    folder: context.cwd,
    configDir: config.dir,
    link,
    server,
    logins: reports,
    areLoginsKnown: stored.error === null,
    localArchive: await findLocalArchive(context.cwd),
    problems: [
      // A missing config folder is already among the problems of `config`.
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
