/** `osa open`: opens a page of the archive in the browser, or prints its address if there is no browser or stdout is not a terminal. */
import type { CommandContext, RunCommand } from '../command.ts'
import { findConvention } from '../named-convention.ts'
import { agreeToFirstContact, chooseServer, type ResolvedServer } from '../server-resolution.ts'
import { findBrowser } from '../verification.ts'

const sessionsPath = '/account/sessions'

/** Returns the path of a convention's page. Asks the archive first whether the convention exists. */
async function conventionPath(context: CommandContext, server: ResolvedServer, typed: string): Promise<string> {
  const { slug, version } = await findConvention(context, server, { typed, command: 'osa open', words: ['sessions'] })
  return `/conventions/${encodeURIComponent(slug)}${typed.includes('@') ? `?version=${version}` : ''}`
}

async function pathOf(context: CommandContext, server: ResolvedServer): Promise<string> {
  const typed = context.flags.argument('sessions|convention')
  if (typed === null) return '/'
  return typed === 'sessions' ? sessionsPath : await conventionPath(context, server, typed)
}

export const open: RunCommand = async (context) => {
  const { io } = context
  const server = await chooseServer(context, 'only stored login')
  await agreeToFirstContact(context, server)
  const url = `${server.url}${await pathOf(context, server)}`
  if (io.isJson) return io.json({ v: 1, ok: true, server: server.url, url })
  const browser = io.isDataShown ? findBrowser(context) : null
  if (!browser) return io.data(url)
  // Also with --quiet: if the browser fails to open, the person needs the address.
  io.needed.say(`Opening ${url} in your browser`)
  await browser.openBrowser(url)
}
