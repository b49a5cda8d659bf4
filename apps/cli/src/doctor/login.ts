/** Checks the folder's link, and the login that commands would use. */
import { cleanText } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { personLabel } from '../labels.ts'
import { type ResolvedServer, shortPath } from '../server-resolution.ts'
import { reportFromServer } from '../status/logins.ts'
import { foreignLinkProblems } from '../status/problems.ts'
import { placeOf } from '../status/report.ts'
import { attempt, type lookAtLink, missingLogin } from '../status/surroundings.ts'
import { type Finding, oddity, ok, problem, skipped } from './finding.ts'

type Looked = Awaited<ReturnType<typeof lookAtLink>>

export function folderFindings({ cwd }: CommandContext, { link, search, error }: Looked): Finding[] {
  const foreign = foreignLinkProblems(search.ignored).map((one) => oddity('folder', one))
  if (error) return [...foreign, problem('folder', error)]
  if (link?.state === 'ok') {
    return [...foreign, ok('folder', `${cwd} is linked to ${link.url} (${shortPath(cwd, link.path)})`)]
  }
  return foreign.length > 0 ? foreign : [ok('folder', `${cwd} is not linked to an archive`)]
}

/** `isReached`: whether the archive has answered. If not, it is not asked again. */
export async function loginFinding(
  context: CommandContext,
  server: ResolvedServer,
  isReached: boolean,
): Promise<Finding> {
  const { value: logins } = await attempt(() => context.store().list())
  const login = logins?.find((one) => one.server === server.url) ?? null
  if (!login && !context.env.OSA_TOKEN) {
    return logins ? problem('login', missingLogin(server)) : skipped('login', "the saved logins can't be read")
  }
  if (!isReached) return skipped('login', "there is one, but the archive can't be reached")
  const report = await reportFromServer(context, server, { login, useToken: true })
  if (report.error) return problem('login', report.error)
  const person = cleanText(personLabel(report.user), 60)
  return ok('login', `${person}, ${report.label}, stored in ${placeOf(context, report)}`)
}
