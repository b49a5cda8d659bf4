/** `osa sessions`: lists the terminals that a person is signed in on, and ends one of their sessions. */
import { cleanText, isOsaError, type OsaClient, OsaError } from '@osa/sdk/node'
import { withAccount } from '../account.ts'
import type { CommandContext, RunCommand } from '../command.ts'
import { approvalLabel } from '../labels.ts'
import { chooseServer, type ResolvedServer } from '../server-resolution.ts'
import { printTable } from '../table.ts'
import { agoText } from '../time-text.ts'

/** The part of an id that is shown: long enough to tell a person's sessions apart, short enough to type. */
const shortIdCharacters = 8
const minimumTypedCharacters = 4

type SessionSummary = Awaited<ReturnType<OsaClient['session']['list']['query']>>[number]

const ask = (context: CommandContext, server: ResolvedServer): Promise<SessionSummary[]> =>
  withAccount(context, server, (osa) => osa.session.list.query(undefined, { signal: context.signal }))

/** Returns the session whose id starts with the typed text. Throws `usage` if there is none or more than one. */
function sessionOf(sessions: readonly SessionSummary[], typed: string): SessionSummary {
  const id = typed.toLowerCase()
  const meant = id.length < minimumTypedCharacters ? [] : sessions.filter((one) => one.id.toLowerCase().startsWith(id))
  if (meant[0] && meant.length === 1) return meant[0]
  const what = meant.length > 1 ? 'More than one of your sessions has' : 'None of your sessions has'
  throw new OsaError('usage', `${what} the id ${cleanText(typed, 60)}`, { hint: 'List them: osa sessions' })
}

const nameOf = (session: SessionSummary): string => cleanText(session.device_name ?? 'no name', 40)

const ago = ({ clock }: CommandContext, at: Date): string => agoText((clock.now() - at.getTime()) / 1000)

function print(context: CommandContext, server: ResolvedServer, sessions: readonly SessionSummary[]): void {
  const { io } = context
  io.result.row(null, `Signed in to ${server.url} on:`)
  io.result.blank()
  const isApprovalKnown = sessions.some(({ approval }) => approval)
  const rows = sessions.map((one) => ({
    mark: one.current ? ('ok' as const) : null,
    cells: [
      `${nameOf(one)}${one.current ? ' *' : ''}`,
      cleanText(one.client_name, 40),
      ago(context, one.created_at),
      ago(context, one.last_used_at),
      ...(isApprovalKnown ? [approvalLabel(one.approval)] : []),
      one.id.slice(0, shortIdCharacters),
    ],
  }))
  const approved = isApprovalKnown ? ['APPROVED'] : []
  printTable(io.result, ['DEVICE', 'CLIENT', 'SIGNED IN', 'LAST USED', ...approved, 'ID'], rows)
  if (sessions.some((one) => one.current)) io.result.row(null, '* this terminal')
  io.hint('To end a session: osa sessions --revoke <id>')
}

async function end(osa: OsaClient, { url }: ResolvedServer, session_id: string, signal: AbortSignal): Promise<void> {
  try {
    await osa.session.revoke.mutate({ session_id }, { signal })
  } catch (error) {
    if (!isOsaError(error, 'not_found')) throw error
    throw new OsaError('usage', `You have no such session on ${url}`, {
      server: url,
      hint: 'List them: osa sessions',
    })
  }
}

const shown = ({ scope: _, ...rest }: SessionSummary) => rest

async function revoke(context: CommandContext, server: ResolvedServer, typed: string): Promise<void> {
  const { io, signal } = context
  const session = sessionOf(await ask(context, server), typed)
  await withAccount(context, server, (osa) => end(osa, server, session.id, signal))
  io.ok(`Ended the session on ${nameOf(session)}`)
  if (session.current) io.hint('That was this terminal; to sign in again: osa login')
  if (io.isJson) io.json({ v: 1, ok: true, server: server.url, revoked: session.id, current: session.current })
}

export const sessions: RunCommand = async (context) => {
  const { io, flags } = context
  const server = await chooseServer(context, 'only stored login')
  const typed = flags.value('revoke')
  if (typed !== null) return await revoke(context, server, typed)
  const list = await ask(context, server)
  if (io.isJson) io.json({ v: 1, ok: true, server: server.url, sessions: list.map(shown) })
  else print(context, server, list)
}
