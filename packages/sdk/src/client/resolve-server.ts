/** Which node a program or a command talks to, and who said so: what was named outright, else OSA_SERVER, else the link of the folder. */
import type { Environment } from '../credentials/config-dir.ts'
import { OsaError } from '../errors.ts'
import { findLink, type LinkSearch, searchText } from '../link/find-link.ts'
import { readLink } from '../link/read-link.ts'
import { canonicalServer } from '../server-url.ts'
import type { NamedServer } from './connection.ts'

/** Where to look. */
export interface ServerSearch {
  /** The address that was named outright, if one was. */
  readonly named?: string | null | undefined
  /** This process's by default. */
  readonly env?: Environment | undefined
  /** Where the search for `.osa/config.json` starts: this process's folder by default. */
  readonly cwd?: string | undefined
  /** Allows http:// to hosts that are not this machine; `OSA_ALLOW_HTTP=1` does too. */
  readonly allowHttp?: boolean | undefined
  /** Told of each link file that was passed over, and why. */
  readonly onIgnored?: ((file: LinkSearch['ignored'][number]) => void) | undefined
}

/** It may have been removed meanwhile, which concerns only those who look into it. */
function presentFolder(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new OsaError('no_server', 'The folder that this program runs in is not there any more', {
      hint: 'Start it in another one, or set OSA_SERVER',
      cause,
    })
  }
}

/** The link file of a folder, as far upwards as it is this person's own. */
export async function searchLink({
  env = process.env,
  cwd = presentFolder(),
  onIgnored,
}: ServerSearch): Promise<LinkSearch> {
  const search = await findLink({ cwd, home: env.HOME || env.USERPROFILE || '/', uid: process.getuid?.() })
  for (const file of search.ignored) onIgnored?.(file)
  return search
}

/** The server that was said outright, by name or environment; null when none was. */
export function explicitServer({ named, env = process.env, allowHttp }: ServerSearch): NamedServer | null {
  const options = { allowHttp: allowHttp ?? env.OSA_ALLOW_HTTP === '1' }
  if (named) return { server: canonicalServer(named, options), serverSource: 'option' }
  return env.OSA_SERVER ? { server: canonicalServer(env.OSA_SERVER, options), serverSource: 'OSA_SERVER' } : null
}

/**
 * Finds the server: what is `named`, else `OSA_SERVER`, else `.osa/config.json` from the folder upwards as far as it is this person's own.
 * Throws `no_server`, `malformed_config`, `invalid_server_url`, `insecure_http`.
 */
export async function resolveServer(search: ServerSearch = {}): Promise<NamedServer> {
  const explicit = explicitServer(search)
  if (explicit) return explicit
  const { env = process.env } = search
  const searched = await searchLink(search)
  const { link } = searched
  const allowHttp = search.allowHttp ?? env.OSA_ALLOW_HTTP === '1'
  const server = link && (await readLink(link.folder, { allowHttp }))
  if (link && server) return { server, serverSource: '.osa/config.json', linkFile: link.path }
  throw new OsaError('no_server', "This folder isn't linked to an archive", {
    details: [searchText(searched)],
    hint: 'Run osa link <url>, or set OSA_SERVER',
  })
}
