/** Links the folder after a login, unless that makes no sense there. */
import { tmpdir } from 'node:os'
import { parse, resolve } from 'node:path'
import { OsaError, writeLink } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { folderLink } from './server-resolution.ts'

/** Returns why the folder is not linked automatically; null if it may be. */
function unlinkable({ cwd, env }: CommandContext): string | null {
  const folder = resolve(cwd)
  if (folder === resolve(env.HOME || env.USERPROFILE || '/')) return 'your home folder'
  if (folder === parse(folder).root) return 'the root folder'
  return folder === resolve(tmpdir()) || folder === '/tmp' ? 'the folder for temporary files' : null
}

async function linkUnlessLinked(context: CommandContext, server: string): Promise<string | null> {
  const { io, cwd, clock } = context
  if ((await folderLink(context)).link) return null
  const why = unlinkable(context)
  if (why) {
    io.say(`Not linking ${cwd} (${why}). In a project folder run: osa link ${server}`)
    return null
  }
  const { path } = await writeLink({ folder: cwd, server, now: clock.now })
  io.ok(`Linked ${cwd} to ${server}`)
  return path
}

/** Links the folder after a login if it has no link. Returns the path of the link file; null if none was written. */
export async function linkAfterLogin(context: CommandContext, server: string): Promise<string | null> {
  if (context.flags.isSet('no-link')) return null
  try {
    return await linkUnlessLinked(context, server)
  } catch (error) {
    if (!(error instanceof OsaError)) throw error
    // The login succeeded, so a folder that cannot be linked causes only a warning.
    context.io.warn(`Not linking this folder: ${error.message}`)
    return null
  }
}
