/** `osa unlink`: removes the archive from this folder's link file. */
import { canonicalServer, OsaError, readLink, removeLink } from '@osa/sdk/node'
import type { CommandContext, RunCommand } from '../command.ts'
import { folderLink } from '../server-resolution.ts'

/** Throws `link_exists` if `--server` names an archive that the folder is not linked to. */
async function refuseOther({ cwd, flags }: CommandContext): Promise<void> {
  const typed = flags.value('server')
  if (typed === null) return
  const wanted = canonicalServer(typed, { allowHttp: true })
  const present = await readLink(cwd, { allowHttp: true })
  if (present === null || present === wanted) return
  throw new OsaError('link_exists', `${cwd} is linked to ${present}, not to ${wanted}`, {
    hint: 'To remove that link: osa unlink',
    path: cwd,
  })
}

export const unlink: RunCommand = async (context) => {
  const { io, cwd } = context
  await refuseOther(context)
  const previous = await removeLink(cwd)
  if (previous === null) {
    io.say(`${cwd} is not linked; nothing to do`)
    const { link } = await folderLink(context)
    if (link && link.folder !== cwd) io.say(`A parent folder is linked: ${link.path}`)
  } else {
    io.ok(`Unlinked ${cwd} (was ${previous})`)
  }
  if (io.isJson) io.json({ v: 1, ok: true, removed: previous !== null, ...(previous ? { previous } : {}) })
}
