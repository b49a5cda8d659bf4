/** `osa init`: creates a project to deploy from, from the template of this package. */
import { relative, resolve } from 'node:path'
import type { CommandContext, RunCommand } from '../command.ts'
import { installPackages } from '../init/install-packages.ts'
import { writeProject } from '../init/write-project.ts'
import { projectFiles } from '../project-template.ts'

/** Quotes a path for a shell. */
const quoted = (path: string): string => (/^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)

function tellNext({ io, cwd }: CommandContext, folder: string): void {
  const place = quoted(relative(cwd, folder) || '.')
  io.hint(place === '.' ? 'Next: osa login <url>' : `Next: osa login <url> --cwd ${place}`)
  io.hint(place === '.' ? 'Then: osa deploy' : `Then: osa deploy --cwd ${place}`)
}

export const init: RunCommand = async (context) => {
  const { io, cwd, flags } = context
  const folder = resolve(cwd, flags.argument('folder') ?? '')
  const files = projectFiles(folder)
  await writeProject(folder, files)
  context.setCancelMessage('Cancelled – the project is complete, but its packages are not installed')
  io.ok(`Created a project in ${folder}`)
  for (const { name } of files) io.say(name)
  const done = await installPackages(context, folder)
  if (!done.installed && done.reason !== '--no-install') {
    io.say(
      `Packages are not installed: ${done.reason}. You need them only for the types in your editor, not to deploy.`,
    )
  }
  tellNext(context, folder)
  if (io.isJson) io.json({ v: 1, ok: true, folder, files: files.map(({ name }) => name), ...done })
}
