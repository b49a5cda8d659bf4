/** The services of a local archive that the original Python `osa start` started; its `osa status` shows these. */
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { cleanText } from '@osa/sdk/node'

export interface LocalArchive {
  /** Null if `docker ps` failed. */
  services: { name: string; state: string }[] | null
}

const deadlineMs = 5000
const labels = ['com.docker.compose.project.working_dir', 'com.docker.compose.service'] as const
const format = `${labels.map((label) => `{{.Label "${label}"}}`).join('\\t')}\\t{{.State}}`

/** Lists containers by label. Not with `docker compose`, which would read files of a folder that may be another person's (K29). */
async function listContainers(): Promise<string | null> {
  const { execFile } = await import('node:child_process')
  return await new Promise((resolve) => {
    const args = ['ps', '--all', '--filter', `label=${labels[0]}`, '--format', format]
    execFile('docker', args, { timeout: deadlineMs, cwd: '/' }, (error, stdout) => resolve(error ? null : stdout))
  })
}

/** Returns the local archive of a folder; null if the folder has no `osa.yaml`. */
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
