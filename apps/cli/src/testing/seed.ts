/** Writes logins and links into a sandbox, as earlier runs would have left them. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Sandbox } from './run-osa.ts'

export async function seedCredentials(sandbox: Sandbox, entries: object | string): Promise<string> {
  await mkdir(dirname(sandbox.credentials), { recursive: true, mode: 0o700 })
  const text = typeof entries === 'string' ? entries : `${JSON.stringify(entries, null, 2)}\n`
  await writeFile(sandbox.credentials, text, { mode: 0o600 })
  return text
}

export async function seedLink(sandbox: Sandbox, content: object | string): Promise<string> {
  await mkdir(dirname(sandbox.linkFile), { recursive: true })
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`
  await writeFile(sandbox.linkFile, text)
  return text
}
