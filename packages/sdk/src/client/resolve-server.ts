/** Finds the node that a program talks to: the one named explicitly, else OSA_SERVER, else the link of the folder. */
import type { Environment } from '../credentials/config-dir.ts'
import { OsaError } from '../errors.ts'
import { findLink, type LinkSearch, searchText } from '../link/find-link.ts'
import { readLink } from '../link/read-link.ts'
import { canonicalServer } from '../server-url.ts'
import type { NamedServer } from './connection.ts'

/** Options of `resolveServer`. */
export interface ServerSearch {
  /** The address that the user gave explicitly, if any. */
  readonly named?: string | null | undefined
  /** The environment variables; those of this process by default. */
  readonly env?: Environment | undefined
  /** The folder where the search for `.osa/config.json` starts; this process's working directory by default. */
  readonly cwd?: string | undefined
  /** Allows http:// to hosts other than this machine. By default only `OSA_ALLOW_HTTP=1` does. */
  readonly allowHttp?: boolean | undefined
  /** Called for each link file that was ignored, with the reason. */
  readonly onIgnored?: ((file: LinkSearch['ignored'][number]) => void) | undefined
}

/** The working directory may have been removed, which matters only when it is searched for a link. */
function workingDirectory(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new OsaError('no_server', 'The folder that this program runs in no longer exists', {
      hint: 'Start it in another folder, or set OSA_SERVER',
      cause,
    })
  }
}

/** Finds the link file of a folder. Parent folders are searched as long as they belong to this user. */
export async function searchLink({
  env = process.env,
  cwd = workingDirectory(),
  onIgnored,
}: ServerSearch): Promise<LinkSearch> {
  const search = await findLink({ cwd, home: env.HOME || env.USERPROFILE || '/', uid: process.getuid?.() })
  for (const file of search.ignored) onIgnored?.(file)
  return search
}

/** Returns the server that was named explicitly or by `OSA_SERVER`; null if neither was. Throws `invalid_server_url`, `insecure_http`. */
export function explicitServer({ named, env = process.env, allowHttp }: ServerSearch): NamedServer | null {
  const options = { allowHttp: allowHttp ?? env.OSA_ALLOW_HTTP === '1' }
  if (named) return { server: canonicalServer(named, options), serverSource: 'option' }
  return env.OSA_SERVER ? { server: canonicalServer(env.OSA_SERVER, options), serverSource: 'OSA_SERVER' } : null
}

/**
 * Finds the server: `named`, else `OSA_SERVER`, else the nearest `.osa/config.json` in `cwd` and those of its parents that belong to this user.
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
