/** Checks that there is an archive at an address before a folder is linked to it. Sends no secret. */
import { checkIssuer, serverDocumentPath } from '@osa/sdk/internal'
import { canonicalServer, isOsaError, OsaError } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'

type ServerDocument = Awaited<ReturnType<CommandContext['network']['discover']>>

export interface Verified {
  url: string
  document: ServerDocument | null
}

/** Fetches the document that describes an archive. Accepts it only if it names this address as the issuer (RFC 8414 §3.3). */
async function documentOf({ network, signal }: CommandContext, url: string): Promise<ServerDocument> {
  const document = await network.discover(url, { signal })
  checkIssuer(document, url)
  return document
}

/** Returns the archive that an address redirects to, if the target is https and the path of such a document; otherwise null. */
function redirectTarget({ location }: OsaError): string | null {
  const to = location === undefined ? null : new URL(location)
  if (to?.protocol !== 'https:' || !to.pathname.endsWith(serverDocumentPath)) return null
  return canonicalServer(`${to.origin}${to.pathname.slice(0, -serverDocumentPath.length)}`)
}

const noServerHere = (url: string, error: OsaError, hint?: string): OsaError =>
  new OsaError('not_an_osa_server', `No archive at ${url}`, {
    server: url,
    details: hint ? [] : error.details,
    hint: hint ?? "Check the address with your archive's administrator",
    ...(error.status === undefined ? {} : { status: error.status }),
  })

/** Looks for an archive at the root of the same origin: people paste the addresses of its pages. */
async function atRoot(context: CommandContext, url: string): Promise<Verified | null> {
  const root = new URL(url).origin
  if (root === url) return null
  try {
    return { url: root, document: await documentOf(context, root) }
  } catch (error) {
    // No archive there either: report the error of the typed address.
    if (error instanceof OsaError && error.code !== 'aborted') return null
    throw error
  }
}

async function elsewhere(context: CommandContext, url: string, error: OsaError): Promise<Verified> {
  const { io, signal } = context
  const to = redirectTarget(error)
  if (to && to !== url) {
    io.say(`${url} redirects to ${to} – using that`)
    return { url: to, document: await documentOf(context, to) }
  }
  const root = await atRoot(context, url)
  if (!root) throw error.code === 'html_response' ? error : noServerHere(url, error)
  if (io.canAsk && (await io.confirm(`Use ${root.url} instead?`, { assume: true, signal }))) return root
  throw noServerHere(url, error, `There is one at ${root.url} – run: osa link ${root.url}`)
}

/**
 * Checks that there is an archive at `url`. If not, tries the target of a redirect and the root of the origin. Throws `not_an_osa_server` and
 * the network's codes.
 */
export async function verifyArchive(context: CommandContext, url: string): Promise<Verified> {
  try {
    return { url, document: await documentOf(context, url) }
  } catch (error) {
    const isNoArchive = isOsaError(error, 'not_an_osa_server', 'html_response') && error.status !== undefined
    if (!isNoArchive) throw error
    return await elsewhere(context, url, error)
  }
}
