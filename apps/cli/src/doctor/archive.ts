/** Checks the connection to the archive: its answer, the proxy, the certificates and the clock. */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { checkIssuer } from '@osa/sdk/internal'
import { cleanText, type OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { proxyFor } from '../proxy.ts'
import { agreeToFirstContact, type ResolvedServer, sourceNote } from '../server-resolution.ts'
import { type Attempt, attempt } from '../status/surroundings.ts'
import { clockSkewText } from '../time-text.ts'
import { version } from '../version.ts'
import { areCompatible, compareVersions } from '../version-order.ts'
import { type Finding, ok, problem, skipped, warning } from './finding.ts'

type ServerDocument = Awaited<ReturnType<CommandContext['network']['discover']>>

/** Fetches the document that describes the archive. Sends no secret, and nothing to an archive that only a link file names (K25). */
export const askArchive = (context: CommandContext, server: ResolvedServer): Promise<Attempt<ServerDocument>> =>
  attempt(async () => {
    await agreeToFirstContact(context, server)
    const document = await context.network.discover(server.url, { signal: context.signal })
    checkIssuer(document, server.url)
    return document
  })

/** The check that reports an error instead of the check `archive`. */
const reportedBy: Readonly<Record<string, string>> = { tls: 'certificates', proxy: 'proxy' }

export function archiveFinding(server: ResolvedServer, { value: document, error }: Attempt<ServerDocument>): Finding {
  const named = `${server.url}${sourceNote(server)}`
  if (error) {
    const check = reportedBy[error.code]
    if (!check) return problem('archive', error)
    return { ...problem('archive', error), found: `${named} can't be reached`, todo: `See "${check}" below` }
  }
  const theirs = cleanText(document.version, 40)
  const found = `${named} answers (version ${theirs})`
  if (areCompatible(theirs, version)) return ok('archive', found)
  const isOsaOlder = compareVersions(version, theirs) < 0
  const todo = isOsaOlder ? 'Update osa' : 'Some commands may need a newer archive: ask its administrator'
  return warning('archive', `${found}, but this osa has version ${version}`, todo)
}

export function proxyFinding({ env }: CommandContext, { url }: ResolvedServer, error: OsaError | null): Finding {
  if (error?.code === 'proxy') return problem('proxy', error)
  const proxy = proxyFor(env, new URL(url))
  if (proxy) return ok('proxy', `${proxy.url} (${proxy.variable})`)
  const isSet = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find((name) => env[name])
  return ok('proxy', isSet ? `${isSet} is set, but not used for this archive` : 'none')
}

/** Returns the Date header of the archive's last answer, or null. */
const dateOf = ({ serverDates }: CommandContext, url: string): string | null =>
  serverDates.get(new URL(url).origin) ?? null

/** Returns the environment variables that name unreadable certificate files: Node ignores such files. */
async function unreadable({ env }: CommandContext): Promise<string[]> {
  const found: string[] = []
  for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']) {
    const path = env[name]
    if (!path) continue
    const isReadable = await access(path, constants.R_OK).then(
      () => true,
      () => false,
    )
    if (!isReadable) found.push(`${name} names ${path}, which can't be read`)
  }
  return found
}

export async function certificatesFinding(
  context: CommandContext,
  { url }: ResolvedServer,
  error: OsaError | null,
): Promise<Finding> {
  const files = await unreadable(context)
  const [first] = files
  if (error?.code === 'tls') return problem('certificates', error, first ? `${first}. ${error.hint}` : error.hint)
  if (first) return warning('certificates', files.join('; '), 'Correct the path, or unset the variable')
  if (url.startsWith('http:')) return ok('certificates', 'not needed: the archive uses http')
  // A Date header means that an answer came over TLS, whatever it was.
  if (dateOf(context, url) === null) return skipped('certificates', "the archive can't be reached")
  const { NODE_EXTRA_CA_CERTS: extra, SSL_CERT_FILE: file } = context.env
  const more = [extra && `NODE_EXTRA_CA_CERTS=${extra}`, file && `SSL_CERT_FILE=${file}`].filter(Boolean).join(', ')
  return ok('certificates', `the archive's certificate is trusted${more ? ` (with ${more})` : ''}`)
}

export function clockFinding(context: CommandContext, { url }: ResolvedServer): Finding {
  const date = dateOf(context, url)
  if (date === null) return skipped('clock', 'the archive did not send its time')
  const odd = clockSkewText(context.clock.now(), url, date)
  return odd === null
    ? ok('clock', "within two minutes of the archive's clock")
    : warning('clock', odd, 'Set your clock; with a wrong time, sessions seem to last longer or shorter than they do')
}
