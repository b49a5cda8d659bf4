/** The way to the archive: whether it answers, through which proxy, with which certificates, and at what time. */
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

/** Asks the archive what it is. Nothing secret is sent, and nothing at all to one that only somebody's link file names. */
export const askArchive = (context: CommandContext, server: ResolvedServer): Promise<Attempt<ServerDocument>> =>
  attempt(async () => {
    await agreeToFirstContact(context, server)
    const document = await context.network.discover(server.url, { signal: context.signal })
    checkIssuer(document, server.url)
    return document
  })

/** Errors that have a line of their own. */
const told: Readonly<Record<string, string>> = { tls: 'certificates', proxy: 'proxy' }

export function archiveFinding(server: ResolvedServer, { value: document, error }: Attempt<ServerDocument>): Finding {
  const named = `${server.url}${sourceNote(server)}`
  if (error) {
    const line = told[error.code]
    if (!line) return problem('archive', error)
    return { ...problem('archive', error), found: `${named} is not reached`, todo: `See ${line}` }
  }
  const theirs = cleanText(document.version, 40)
  const found = `${named} answers, with version ${theirs}`
  if (areCompatible(theirs, version)) return ok('archive', found)
  const isOurs = compareVersions(version, theirs) < 0
  const odd = `${found}, and this one is ${version}`
  return warning(
    'archive',
    odd,
    isOurs ? 'Update osa' : 'Some commands may need a newer archive: ask its administrator',
  )
}

export function proxyFinding({ env }: CommandContext, { url }: ResolvedServer, error: OsaError | null): Finding {
  if (error?.code === 'proxy') return problem('proxy', error)
  const proxy = proxyFor(env, new URL(url))
  if (proxy) return ok('proxy', `${proxy.url} (${proxy.variable})`)
  const isSet = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find((name) => env[name])
  return ok('proxy', isSet ? `${isSet} is set, and not used for this archive` : 'none')
}

/** The time that the archive named with its last answer; null where there was none. */
const dateOf = ({ serverDates }: CommandContext, url: string): string | null =>
  serverDates.get(new URL(url).origin) ?? null

/** Files of authorities that the environment names; Node passes over one that it cannot read. */
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
  if (first) return warning('certificates', files.join('; '), 'Correct the path, or unset it')
  if (url.startsWith('http:')) return ok('certificates', 'none are needed: the archive speaks http')
  // Whatever it answered, it came through TLS.
  if (dateOf(context, url) === null) return skipped('certificates', 'the archive is not reached')
  const { NODE_EXTRA_CA_CERTS: extra, SSL_CERT_FILE: file } = context.env
  const more = [extra && `NODE_EXTRA_CA_CERTS=${extra}`, file && `SSL_CERT_FILE=${file}`].filter(Boolean).join(', ')
  return ok('certificates', `the archive's is trusted${more ? ` (with ${more})` : ''}`)
}

export function clockFinding(context: CommandContext, { url }: ResolvedServer): Finding {
  const date = dateOf(context, url)
  if (date === null) return skipped('clock', 'the archive did not say what time it is')
  const odd = clockSkewText(context.clock.now(), url, date)
  return odd === null
    ? ok('clock', "agrees with the archive's to two minutes")
    : warning('clock', odd, "Set it by the network's time; sessions look older or younger than they are")
}
