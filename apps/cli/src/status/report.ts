/** Prints the findings of `osa status`, for people and as a JSON document. */
import { cleanText, type SignedInUser } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { approvalLabel, personLabel } from '../labels.ts'
import type { Mark } from '../marks.ts'
import { type ResolvedServer, serverJson, shortPath, sourceNote } from '../server-resolution.ts'
import { storageDocument, storageLabel } from '../storage.ts'
import { printTable } from '../table.ts'
import { version } from '../version.ts'
import type { LocalArchive } from './local-archive.ts'
import type { LoginReport } from './logins.ts'
import type { Problem } from './problems.ts'
import type { FolderLink } from './surroundings.ts'

export interface Status {
  folder: string
  configDir: string | null
  link: FolderLink | null
  server: ResolvedServer | null
  logins: readonly LoginReport[]
  /** False if the saved logins could not be read: then `logins` says nothing about them. */
  areLoginsKnown: boolean
  localArchive: LocalArchive | null
  problems: readonly Problem[]
}

/** Returns where the login that was used is stored. */
export const placeOf = (context: CommandContext, { storage }: LoginReport): string =>
  storage === 'env' ? 'OSA_TOKEN' : storageLabel(context, storage)

const markOf = ({ error, state }: LoginReport): Mark => (error || state === 'session_ended' ? 'warning' : 'ok')

function folderLine({ folder, link }: Status): string {
  if (!link) return `Folder   ${folder} (not linked)`
  if (link.state !== 'ok')
    return `Folder   ${folder} (${link.path} ${link.state === 'malformed' ? 'is malformed' : 'is not yours'})`
  return `Folder   ${folder} → ${link.url} (${shortPath(folder, link.path)})`
}

function printLogins(context: CommandContext, { logins, areLoginsKnown, server }: Status): void {
  const { result } = context.io
  result.blank()
  if (!areLoginsKnown) result.row(null, "The logins on this computer can't be read")
  else if (logins.length === 0) result.row(null, 'No logins on this computer')
  if (logins.length === 0) return
  const isApprovalKnown = logins.some(({ approval }) => approval !== null)
  const rows = logins.map((login) => ({
    mark: markOf(login),
    cells: [
      `${login.url}${login.url === server?.url ? ' *' : ''}`,
      cleanText(personLabel(login.user), 60),
      login.label,
      ...(isApprovalKnown ? [approvalLabel(login.approval)] : []),
      placeOf(context, login),
    ],
  }))
  const approved = isApprovalKnown ? ['APPROVED'] : []
  printTable(result, ['SERVER', 'ACCOUNT', 'SESSION', ...approved, 'STORED IN'], rows)
  if (logins.some((login) => login.url === server?.url)) result.row(null, '* used in this folder')
}

function printLocalArchive({ io: { result } }: CommandContext, { services }: LocalArchive): void {
  result.blank()
  result.row(null, 'Local archive')
  if (services === null) result.row(null, 'state unknown: docker ps failed')
  else if (services.length === 0) result.row(null, 'not running')
  else
    printTable(
      result,
      ['SERVICE', 'STATE'],
      services.map(({ name, state }) => ({ mark: state === 'running' ? 'ok' : 'warning', cells: [name, state] })),
    )
}

/** Prints the status for people. The problems go to stdout too, because they are part of the result. */
export function printStatus(context: CommandContext, status: Status): void {
  const { result } = context.io
  const { server, link, configDir, localArchive, problems } = status
  result.row(null, folderLine(status))
  if (server && server.url !== link?.url) result.row(null, `Archive  ${server.url}${sourceNote(server)}`)
  if (configDir) result.row(null, `Config   ${configDir}`)
  printLogins(context, status)
  if (localArchive) printLocalArchive(context, localArchive)
  if (problems.length > 0) result.blank()
  for (const { message, hint } of problems) {
    result.row('warning', message)
    if (hint) result.row('hint', hint)
  }
}

const userDocument = (user: LoginReport['user']): SignedInUser | null =>
  user && { id: '', provider: '', roles: [], ...user }

function loginDocument(context: CommandContext, login: LoginReport, current: boolean): object {
  const user = userDocument(login.user)
  return {
    url: login.url,
    current,
    ...(user ? { user } : {}),
    state: login.state,
    ...(login.approval === null ? {} : { approval: login.approval }),
    storage: login.storage === 'env' ? { kind: 'env' } : storageDocument(context, login.storage),
    access_expires_at: login.expiresAt === null ? null : new Date(login.expiresAt * 1000).toISOString(),
  }
}

/** Returns the status as a JSON document. */
export function statusDocument(context: CommandContext, status: Status): object {
  const { env } = context
  const { server, link, configDir, logins, localArchive, problems } = status
  return {
    v: 1,
    ok: true,
    cli: { version, node: process.versions.node, config_dir: configDir ?? '' },
    server: server && serverJson(server),
    link,
    logins: logins.map((login) => loginDocument(context, login, login.url === server?.url)),
    env: {
      ...(env.OSA_SERVER ? { OSA_SERVER: env.OSA_SERVER } : {}),
      ...(env.OSA_TOKEN === undefined ? {} : { OSA_TOKEN: env.OSA_TOKEN ? 'set' : 'empty' }),
      ...(env.OSA_CREDENTIAL_STORE ? { OSA_CREDENTIAL_STORE: env.OSA_CREDENTIAL_STORE } : {}),
    },
    problems,
    ...(localArchive ? { local_archive: localArchive } : {}),
  }
}
