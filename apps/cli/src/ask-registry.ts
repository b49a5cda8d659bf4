/** Asks a registry for the newest osa: the work of the process that newer-version.ts starts. Nobody waits for it or hears it. */
import { renameSync, writeFileSync } from 'node:fs'
import type { Environment } from '@osa/sdk/node'
import { createCliFetch } from './network.ts'
import { registryOf } from './newer-version.ts'
import { version } from './version.ts'

const timeoutMs = 30_000
/** Of dist-tags: a few dozen bytes are usual. */
const mostCharacters = 10_000

async function newestIn(env: Environment): Promise<string | null> {
  const registry = registryOf(env)
  if (registry === null) return null
  const send = createCliFetch(env)
  const response = await send(`${registry}/-/package/@osa%2fcli/dist-tags`, {
    headers: { accept: 'application/json', 'user-agent': `osa/${version}` },
    signal: AbortSignal.timeout(timeoutMs),
  })
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (text.length > mostCharacters) return null
  }
  const { latest } = JSON.parse(text) as { latest?: unknown }
  return response.ok && typeof latest === 'string' && /^\d+\.\d+\.\d+$/.test(latest) ? latest : null
}

/** Writes the newest version that the registry of the settings names into a file, and answers the exit code: 1 where it names none. */
export async function askRegistry(env: Environment, file: string): Promise<number> {
  try {
    const newest = await newestIn(env)
    if (newest === null) return 1
    const beside = `${file}.${process.pid}`
    writeFileSync(beside, newest)
    renameSync(beside, file)
    return 0
  } catch {
    // No network, no such registry, no room: there is nobody to tell, and it is asked again tomorrow.
    return 1
  }
}
