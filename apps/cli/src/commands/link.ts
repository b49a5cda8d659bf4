/** `osa link`: links this folder to an archive. */
import { basename } from 'node:path'
import { isOsaError, OsaError, readLink, writeLink } from '@osa/sdk/node'
import { verifyArchive } from '../archive-verification.ts'
import type { CommandContext, RunCommand } from '../command.ts'
import { folderLink, namedServer, promptForServer, shortPath } from '../server-resolution.ts'

async function target(context: CommandContext): Promise<string> {
  const explicit = namedServer(context)
  if (explicit) return explicit.url
  if (context.io.canAsk) return (await promptForServer(context)).url
  throw new OsaError('usage', 'osa link needs the address of an archive', { hint: 'Run osa link <url>' })
}

/** Returns the server that the folder is linked to, or null. With `--force`, a link file that is not valid counts as no link. */
async function currentLink({ cwd, flags }: CommandContext): Promise<string | null> {
  try {
    return await readLink(cwd, { allowHttp: true })
  } catch (error) {
    if (flags.isSet('force') && isOsaError(error, 'malformed_config')) return null
    throw error
  }
}

async function agreeToReplace(context: CommandContext, previous: string, url: string): Promise<boolean> {
  const { io, cwd, flags, signal } = context
  if (flags.isSet('force')) return true
  if (!io.canAsk) {
    throw new OsaError('link_exists', `${cwd} is already linked to ${previous}`, {
      hint: `To change it: osa link ${url} --force`,
      path: cwd,
    })
  }
  io.needed.say(`${cwd} is linked to ${previous}`)
  return await io.confirm(`Link it to ${url} instead?`, { assume: false, signal })
}

async function noteParentLink(context: CommandContext, url: string): Promise<void> {
  const { link } = await folderLink(context)
  if (!link || link.folder === context.cwd) return
  try {
    const other = await readLink(link.folder, { allowHttp: true })
    if (other && other !== url) {
      context.io.say(`Note: ${link.path} links the parent folder to ${other}; this folder will differ`)
    }
  } catch (error) {
    if (!(error instanceof OsaError)) throw error
    // A broken link file in a parent folder does not prevent a link here.
    context.io.warn(error.message)
  }
}

async function hintAtLogin({ io, env, store }: CommandContext, url: string): Promise<void> {
  if (env.OSA_TOKEN) return
  try {
    if (!(await store().list()).some((login) => login.server === url)) {
      io.hint(`You are not logged in there yet: osa login ${url}`)
    }
  } catch (error) {
    if (!(error instanceof OsaError)) throw error
    // The link is written. Logins that cannot be read matter only to the next command.
    io.warn(error.message)
  }
}

export const link: RunCommand = async (context) => {
  const { io, cwd, clock, flags } = context
  const wanted = await target(context)
  const previous = await currentLink(context)
  const already = { url: wanted, document: null }
  const { url, document } =
    previous === wanted || flags.isSet('no-verify') ? already : await verifyArchive(context, wanted)
  const server = { url, ...(document ? { name: document.name, version: document.version } : {}) }
  if (previous === url) {
    io.ok(`Already linked to ${url} (.osa/config.json)`)
    if (io.isJson) io.json({ v: 1, ok: true, server, path: `${cwd}/.osa/config.json`, verified: false })
    return
  }
  if (previous && !(await agreeToReplace(context, previous, url))) return
  await noteParentLink(context, url)
  const { path, backup } = await writeLink({ folder: cwd, server: url, now: clock.now, force: flags.isSet('force') })
  io.ok(`Linked ${cwd} to ${url}${previous ? ` (was ${previous})` : ''}`)
  if (backup) io.say(`The old file was kept as ${shortPath(cwd, backup) || basename(backup)}`)
  if (!previous && !backup) io.say('Wrote .osa/config.json (no secrets in it; safe to commit)')
  await hintAtLogin(context, url)
  if (io.isJson) {
    const changed = { ...(previous ? { previous } : {}), ...(backup ? { backup } : {}) }
    io.json({ v: 1, ok: true, server, path, ...changed, verified: document !== null })
  }
}
