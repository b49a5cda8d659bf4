/** `osa unlink`: takes the archive out of this folder's link file. */
import { removeLink } from '@osa/sdk/node'
import type { RunCommand } from '../command.ts'
import { searchLink } from '../server-resolution.ts'

export const unlink: RunCommand = async (context) => {
  const { io, cwd } = context
  const previous = await removeLink(cwd)
  if (previous === null) {
    io.say(`${cwd} is not linked; nothing to do`)
    const { link } = await searchLink(context)
    if (link && link.folder !== cwd) io.say(`A parent folder is: ${link.path}`)
  } else {
    io.ok(`Unlinked ${cwd} (was ${previous})`)
  }
  if (io.isJson) io.json({ v: 1, ok: true, removed: previous !== null, ...(previous ? { previous } : {}) })
}
