/** `osa conventions`: lists the conventions of an archive, or shows one. Needs no login, unless the archive requires one. */
import { cleanText, type OsaClient } from '@osa/sdk/node'
import { withoutAccount } from '../account.ts'
import type { CommandContext, RunCommand } from '../command.ts'
import { usage } from '../misspelled-words.ts'
import { type ConventionDetail, findConvention } from '../named-convention.ts'
import { agreeToFirstContact, chooseServer, type ResolvedServer } from '../server-resolution.ts'
import { printTable } from '../table.ts'
import { agoText } from '../time-text.ts'

type Summary = Awaited<ReturnType<OsaClient['conventions']['list']['query']>>[number]

const ago = ({ clock }: CommandContext, at: Date): string => agoText((clock.now() - at.getTime()) / 1000)

const idOf = ({ schema_id: { id, version } }: Pick<Summary, 'schema_id'>): string => cleanText(`${id} ${version}`, 60)

async function list(context: CommandContext, server: ResolvedServer): Promise<void> {
  const { io, signal } = context
  const found = await withoutAccount(context, server, (osa) => osa.conventions.list.query(undefined, { signal }))
  if (io.isJson) return io.json({ v: 1, ok: true, server: server.url, conventions: found })
  if (found.length === 0) return io.say(`${server.url} has no conventions yet`)
  const rows = found.map((one) => ({
    mark: null,
    cells: [
      cleanText(`${one.slug}@${one.version}`, 80),
      cleanText(one.title, 60),
      idOf(one),
      ago(context, one.created_at),
    ],
  }))
  printTable(io.result, ['CONVENTION', 'TITLE', 'SCHEMA', 'DEPLOYED'], rows)
}

function print(context: CommandContext, { slug, version, title, description, ...rest }: ConventionDetail): void {
  const { io } = context
  const { result } = io
  result.row(null, `${title} (${slug}@${version})`)
  // As data, because a description may be longer than the other lines may be.
  io.data(`   ${description.replace(/\s+/g, ' ')}`)
  result.blank()
  result.row(null, `Schema:    ${idOf(rest)}`)
  result.row(null, `Hooks:     ${rest.hooks.join(', ') || 'none'}`)
  result.row(null, `Content:   sha256:${rest.content_hash}`)
  result.blank()
  const rows = rest.versions.map((one) => ({
    mark: null,
    cells: [`@${one.version}`, idOf(one), ago(context, one.created_at), cleanText(one.deployed_by ?? '–', 40)],
  }))
  printTable(result, ['VERSION', 'SCHEMA', 'DEPLOYED', 'BY'], rows)
}

async function show(context: CommandContext, server: ResolvedServer, typed: string): Promise<void> {
  const { io } = context
  const found = await findConvention(context, server, { typed, command: 'osa conventions show' })
  if (io.isJson) io.json({ v: 1, ok: true, server: server.url, convention: found })
  else print(context, found)
}

export const conventions: RunCommand = async (context) => {
  const { flags } = context
  const typed = flags.argument('convention')
  const action = flags.argument('list|show')
  const help = 'See: osa conventions --help'
  if (action === 'list' && typed !== null) throw usage(`Unexpected argument "${typed}" for osa conventions list`, help)
  if (action === 'show' && typed === null) throw usage('osa conventions show needs a convention', help)
  const server = await chooseServer(context, 'only stored login')
  await agreeToFirstContact(context, server)
  await (typed === null ? list(context, server) : show(context, server, typed))
}
