/** Linking a folder: when it is fitting by itself, and how it is said. */
import { tmpdir } from 'node:os'
import { parse, resolve } from 'node:path'
import { OsaError, writeLink } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { folderLink } from './server-resolution.ts'

/** Why a folder is not linked without being asked for; null when it may be. */
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

/** After a login: links the folder where there is no link yet. Answers the link file's path, null when it was left alone. */
export async function linkAfterLogin(context: CommandContext, server: string): Promise<string | null> {
  if (context.flags.isSet('no-link')) return null
  try {
    return await linkUnlessLinked(context, server)
  } catch (error) {
    if (!(error instanceof OsaError)) throw error
    // The login stands; a folder that cannot be linked is worth a word, not a failure.
    context.io.warn(`Not linking this folder: ${error.message}`)
    return null
  }
}
