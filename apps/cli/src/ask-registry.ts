/** Asks a registry for the newest osa. Runs in the background process that newer-version.ts starts, and prints nothing. */
import { renameSync, writeFileSync } from 'node:fs'
import type { Environment } from '@osa/sdk/node'
import { createCliFetch } from './network.ts'
import { registryOf } from './newer-version.ts'
import { version } from './version.ts'

const timeoutMs = 30_000
/** The limit for the answer, which usually has a few dozen bytes. */
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

/** Writes the newest version in the configured registry into `file`. Returns the exit code: 0, or 1 if the version could not be found out. */
export async function askRegistry(env: Environment, file: string): Promise<number> {
  try {
    const newest = await newestIn(env)
    if (newest === null) return 1
    const beside = `${file}.${process.pid}`
    writeFileSync(beside, newest)
    renameSync(beside, file)
    return 0
  } catch {
    // No network, no such registry, a full disk: this process has no terminal to report to, and the next try is tomorrow.
    return 1
  }
}
