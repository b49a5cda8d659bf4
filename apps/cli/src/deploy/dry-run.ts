/** `osa deploy --dry-run`: prints what would be built and sent. Builds nothing and makes no request. */
import { relative } from 'node:path'
import type { CommandContext } from '../command.ts'
import { type ResolvedServer, serverJson, sourceNote } from '../server-resolution.ts'
import type { Image } from './images.ts'
import type { AuthoredConventions } from './read-conventions.ts'

/** Prints the conventions as JSON on stdout. Images that would be built still have their `build`. */
export function showDryRun(
  context: CommandContext,
  run: { server: ResolvedServer | null; authored: AuthoredConventions; images: readonly Image[] },
): void {
  const { io, cwd } = context
  const { server, authored, images } = run
  const { conventions } = authored
  if (io.isJson) {
    const builds = images.map(({ name, image, context: folder, dockerfile }) => ({
      name,
      image,
      context: folder,
      dockerfile,
    }))
    const to = server ? { server: serverJson(server) } : {}
    io.json({ v: 1, ok: true, dry_run: true, ...to, builds, send: { conventions } })
    return
  }
  if (server) io.say(`Would deploy to ${server.url}${sourceNote(server)}`)
  else io.warn("This folder isn't linked to an archive: osa deploy would need --server")
  for (const { name, context: folder } of images) io.say(`Would build ${name} from ${relative(cwd, folder) || '.'}`)
  io.page(JSON.stringify({ conventions }, null, 2))
}
