/** Decides which archive a command uses: the first of the flag, OSA_SERVER, the folder's link and the only saved login. */
import { dirname, join, relative } from 'node:path'
import { explicitServer, searchLink } from '@osa/sdk/internal'
import {
  canonicalServer,
  cleanText,
  isOsaError,
  type LinkSearch,
  type NamedServer,
  OsaError,
  resolveServer,
  type ServerSearch,
  type StoredLogin,
} from '@osa/sdk/node'
import type { CommandContext } from './command.ts'

export type NamedBy = '--server' | 'OSA_SERVER' | '.osa/config.json' | 'only stored login' | 'prompt'

export interface ResolvedServer {
  url: string
  source: NamedBy
  linkFile?: string
  /** The login that named the server, so that an offline command need not read it again. */
  login?: StoredLogin
}

/** `server` as `--json` shows it. */
export const serverJson = (server: ResolvedServer) => ({
  url: server.url,
  source: server.source,
  ...(server.linkFile ? { link_file: server.linkFile } : {}),
})

/** Returns ` (from .osa/config.json)`, or nothing if the person typed the address. */
export const sourceNote = (server: ResolvedServer): string =>
  server.source === '--server' || server.source === 'prompt' ? '' : ` (from ${server.source})`

/** The hint to sign in: without the address only if `osa login` would choose the same server. */
export const loginHint = ({ source, url }: ResolvedServer): string =>
  source === 'OSA_SERVER' || source === '.osa/config.json' ? 'Run osa login' : `Run osa login ${url}`

/** Returns the server that was typed as an argument or a flag, or null. Throws `usage` if the two differ. */
function typedServer({ flags, allowHttp }: CommandContext): string | null {
  const [positional, flag] = [flags.argument('archive'), flags.value('server')].map((typed) =>
    typed === null ? null : canonicalServer(typed, { allowHttp }),
  )
  if (positional && flag && positional !== flag) {
    throw new OsaError('usage', `Two different archives are given: ${positional} and --server ${flag}`, {
      hint: 'Name only one of them',
    })
  }
  return positional ?? flag ?? null
}

function searchOf(context: CommandContext, named: string | null): ServerSearch {
  const { env, allowHttp, io } = context
  const onIgnored: ServerSearch['onIgnored'] = ({ path, why }) => io.warn(`Ignoring ${path}: ${why}`)
  return {
    named,
    env,
    allowHttp,
    onIgnored,
    get cwd() {
      return context.cwd
    },
  }
}

function asResolved({ server, serverSource, linkFile }: NamedServer): ResolvedServer {
  const source = serverSource === 'option' ? '--server' : serverSource
  return { url: server, source, ...(linkFile ? { linkFile } : {}) }
}

/** Returns the server that the command line or OSA_SERVER names, or null. */
export function namedServer(context: CommandContext): ResolvedServer | null {
  const explicit = explicitServer(searchOf(context, typedServer(context)))
  return explicit && asResolved(explicit)
}

/** Looks for the folder's link, and warns about link files that are ignored. */
export const folderLink = (context: CommandContext): Promise<LinkSearch> => searchLink(searchOf(context, null))

async function onlyStoredLogin(context: CommandContext, mayChoose: boolean): Promise<ResolvedServer | null> {
  const logins = await context.store().list()
  if (logins.length > 1 && mayChoose && context.io.canAsk) return await promptForServer(context)
  if (logins.length > 1) {
    throw new OsaError('no_server', 'You are logged in to several archives; which one?', {
      details: logins.map((login) => login.server),
      hint: 'Pass --server <url>',
    })
  }
  const [login] = logins
  if (!login) return null
  // Another tool may have saved it, or a run with --allow-http, which allows http for that run only.
  const url = canonicalServer(login.server, { allowHttp: context.allowHttp })
  return { url, source: 'only stored login', login }
}

/** The error `no_server`, with the folders that were searched and what to do. */
async function noServer(
  context: CommandContext,
  { message, details }: OsaError,
  hint = 'Run osa link <url>, or pass --server <url>, or set OSA_SERVER',
): Promise<OsaError> {
  const logins = context.env.OSA_TOKEN ? [] : await context.store().list()
  const known = logins.length > 0 ? [`You are logged in to: ${logins.map((login) => login.server).join(', ')}`] : []
  return new OsaError('no_server', message, {
    details: [...details, ...known],
    hint,
  })
}

/**
 * Chooses the server of a command. `fallback`: what to try if neither the command line, OSA_SERVER nor a link names one. Throws `no_server`,
 * `malformed_config`, `invalid_server_url`, `insecure_http`, `usage`.
 */
export async function chooseServer(
  context: CommandContext,
  fallback: 'none' | 'only stored login' | 'choose stored login' | 'prompt',
): Promise<ResolvedServer> {
  try {
    return asResolved(await resolveServer(searchOf(context, typedServer(context))))
  } catch (error) {
    if (!isOsaError(error, 'no_server')) throw error
    const usesStored = fallback.endsWith('stored login') && !context.env.OSA_TOKEN
    const stored = usesStored ? await onlyStoredLogin(context, fallback === 'choose stored login') : null
    if (stored) return stored
    if (fallback === 'prompt' && context.io.canAsk) return await promptForServer(context)
    // With 'prompt' the command is `osa login`, which links the folder itself.
    throw await noServer(context, error, ...(fallback === 'prompt' ? ['Run osa login <url>, or set OSA_SERVER'] : []))
  }
}

/** Asks for a server, and offers those with a saved login. */
export async function promptForServer(context: CommandContext): Promise<ResolvedServer> {
  const { io, signal, allowHttp } = context
  const known = (await context.store().list()).map((login) => login.server)
  for (const [index, server] of known.entries()) io.needed.say(`${index + 1}) ${server}`)
  const answer = await io.ask(known.length > 0 ? 'Which archive? (number or address)' : 'Which archive? (address)', {
    signal,
  })
  const url = canonicalServer(known[Number(answer) - 1] ?? answer, { allowHttp })
  return { url, source: 'prompt' }
}

/**
 * Asks before anything is sent to an archive that only a link file names and that this person has never used (K25): link files come with
 * repositories. Throws `needs_person` if the person disagrees or cannot be asked.
 */
export async function agreeToFirstContact(context: CommandContext, server: ResolvedServer): Promise<void> {
  if (server.source !== '.osa/config.json') return
  const logins = await context.store().list()
  if (logins.some((login) => login.server === server.url)) return
  const file = server.linkFile ? shortPath(context.cwd, server.linkFile) : '.osa/config.json'
  const what = `${file} links this folder to ${server.url}, where you have never logged in`
  const hint = `If you trust it, name it yourself: osa login --server ${cleanText(server.url)}`
  if (!context.io.canAsk) throw new OsaError('needs_person', what, { hint, server: server.url })
  context.io.needed.say(what)
  if (await context.io.confirm('Contact it?', { assume: false, signal: context.signal })) return
  throw new OsaError('needs_person', 'Nothing was sent', { hint, server: server.url })
}

/** Shortens a path to one relative to `cwd`. */
export function shortPath(cwd: string, path: string): string {
  const short = relative(cwd, path)
  return short === '' || short.startsWith('..') ? join(dirname(path), 'config.json') : short
}
