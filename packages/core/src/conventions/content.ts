/** The canonical text of a manifest and its hash, by which two manifests with the same content are recognised. */
import { createHash } from 'node:crypto'
import type { ConventionManifest } from '@osa/contract'

/** Parts in which authors write arbitrary JSON. A null in them has a meaning and is kept. */
const freeForm = new Set(['config', 'schedule', 'initial_run'])

/**
 * Returns the manifest as canonical JSON (RFC 8785: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them).
 * Optional parts that are null are left out, so that null and absent are the same content.
 */
export const canonicalContent = (manifest: ConventionManifest): string => canonicalJson(withoutNulls(manifest))

/** Returns the SHA-256 of the canonical content, hexadecimal. */
export const contentHash = (canonical: string): string => createHash('sha256').update(canonical, 'utf8').digest('hex')

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null && part !== undefined)
      .map(([key, part]) => [key, freeForm.has(key) ? part : withoutNulls(part)]),
  )
}

/** Returns canonical JSON (RFC 8785). `value` must be plain JSON; undefined parts are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`)
  return `{${parts.join(',')}}`
}
