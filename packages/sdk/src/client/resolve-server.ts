/** Which node a program talks to when it does not say: OSA_SERVER, else the link of the folder. */
import type { Environment } from '../credentials/config-dir.ts'
import { OsaError } from '../errors.ts'
import { findLink, searchText } from '../link/find-link.ts'
import { readLink } from '../link/read-link.ts'
import { canonicalServer } from '../server-url.ts'
import type { NamedServer } from './connection.ts'

/** Where to look. */
export interface ServerSearch {
  /** This process's by default. */
  readonly env?: Environment | undefined
  /** Where the search for `.osa/config.json` starts: this process's folder by default. */
  readonly cwd?: string | undefined
  /** Allows http:// to hosts that are not this machine; `OSA_ALLOW_HTTP=1` does too. */
  readonly allowHttp?: boolean | undefined
}

/** It may have been removed meanwhile, which concerns only those who look into it. */
const presentFolder = (): string => {
  try {
    return process.cwd()
  } catch (cause) {
    throw new OsaError('no_server', 'The folder that this program runs in is not there any more', {
      hint: 'Start it in another one, or set OSA_SERVER',
      cause,
    })
  }
}

/**
 * Finds the server: `OSA_SERVER`, else `.osa/config.json` from the folder upwards as far as it is this person's own. Throws `no_server`,
 * `malformed_config`, `invalid_server_url`, `insecure_http`.
 */
export const resolveServer = async (search: ServerSearch = {}): Promise<NamedServer> => {
  const { env = process.env } = search
  const allowHttp = search.allowHttp ?? env.OSA_ALLOW_HTTP === '1'
  if (env.OSA_SERVER) return { server: canonicalServer(env.OSA_SERVER, { allowHttp }), serverSource: 'OSA_SERVER' }
  const cwd = search.cwd ?? presentFolder()
  const found = await findLink({
    cwd,
    home: env.HOME || env.USERPROFILE || '/',
    uid: process.getuid?.(),
  })
  const server = found.link && (await readLink(found.link.folder, { allowHttp }))
  if (server) return { server, serverSource: '.osa/config.json' }
  throw new OsaError('no_server', "This folder isn't linked to an OSA server", {
    details: [searchText(found)],
    hint: 'Run osa link <url>, or set OSA_SERVER',
  })
}
