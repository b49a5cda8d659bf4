/** The services of a local archive, started with the original `osa start`: what `osa status` meant there. */
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { cleanText } from '@osa/sdk/node'

export interface LocalArchive {
  /** Null when Docker could not be asked. */
  services: { name: string; state: string }[] | null
}

const deadlineMs = 5000
const labels = ['com.docker.compose.project.working_dir', 'com.docker.compose.service'] as const
const format = `${labels.map((label) => `{{.Label "${label}"}}`).join('\\t')}\\t{{.State}}`

/** Docker is asked for containers by label: `docker compose` would read files of the folder, which anybody may have written (K29). */
async function listContainers(): Promise<string | null> {
  const { execFile } = await import('node:child_process')
  return await new Promise((resolve) => {
    const args = ['ps', '--all', '--filter', `label=${labels[0]}`, '--format', format]
    execFile('docker', args, { timeout: deadlineMs, cwd: '/' }, (error, stdout) => resolve(error ? null : stdout))
  })
}

/** The local archive of a folder; null where there is no `osa.yaml`. */
export async function findLocalArchive(folder: string): Promise<LocalArchive | null> {
  if (!existsSync(join(folder, 'osa.yaml'))) return null
  const listed = await listContainers()
  if (listed === null) return { services: null }
  const services = listed.split('\n').flatMap((line) => {
    const [where = '', name = '', state = ''] = line.split('\t')
    const isHere = where === folder || where.startsWith(folder + sep)
    return isHere && name !== '' ? [{ name: cleanText(name, 60), state: cleanText(state, 60) }] : []
  })
  return { services }
}
