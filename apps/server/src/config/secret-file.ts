/** The node's secret outside production: generated once, kept beside the embedded database, readable only by its owner (I04). */
import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RandomBytes } from '@osa/core'

/** Thrown if the file exists but holds no valid secret. Generating a new one would end every session, so the node stops instead. */
export class SecretFileUnusable extends Error {
  override readonly name = 'SecretFileUnusable'
}

/** Reads `<dataDirectory>/secret`, or creates it: 32 bytes, base64url, mode 0600 in a directory of mode 0700. */
export function keptSecret(dataDirectory: string, random: RandomBytes): Uint8Array {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  const path = join(dataDirectory, 'secret')
  if (!lstatSync(path, { throwIfNoEntry: false })) makeSecret(path, random)
  return readSecret(path)
}

/** Writes a draft and links it into place. Of two processes at once only one creates the secret, and neither reads a half-written file. */
function makeSecret(path: string, random: RandomBytes): void {
  const draft = `${path}.${Buffer.from(random(8)).toString('hex')}`
  writeFileSync(draft, `${Buffer.from(random(32)).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
}

function readSecret(path: string): Uint8Array {
  if (!lstatSync(path).isFile()) throw new SecretFileUnusable(`${path} is not a regular file.`)
  chmodSync(path, 0o600)
  const text = readFileSync(path, 'utf8').trim()
  if (!/^[\w-]{43}$/.test(text)) throw new SecretFileUnusable(`${path} does not hold a secret.`)
  return Buffer.from(text, 'base64url')
}
