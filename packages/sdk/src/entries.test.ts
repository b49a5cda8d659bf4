/** Checks, in the built files, what importing an entry loads. Only `import()` may load more, when it is needed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const dist = join(import.meta.dirname, '../dist')

/** Returns the packages and built-ins that a file imports statically, directly or through other files. */
async function loadedBy(file: string, seen = new Set<string>()): Promise<string[]> {
  if (seen.has(file)) return []
  seen.add(file)
  const code = await readFile(join(dist, file), 'utf8')
  const specifiers = [...code.matchAll(/^(?:import|export)\s(?:[^'";]*?from\s*)?["']([^"']+)["']/gm)].map(
    ([, specifier]) => specifier ?? '',
  )
  const found = await Promise.all(
    specifiers.map((specifier) =>
      specifier.startsWith('./') ? loadedBy(specifier.slice(2), seen) : Promise.resolve([specifier]),
    ),
  )
  return [...new Set(found.flat())].sort()
}

test('the main entry loads only tRPC, on Node too', async () => {
  const expected = ['@trpc/client', '@trpc/server/observable']
  expect(await loadedBy('index.js')).toEqual(expected)
  expect(await loadedBy('index.node.js')).toEqual(expected)
})

test('the build for browsers uses no Node built-in, not even in files that it loads later', async () => {
  const later = /import\(["']\.\/([^"']+)["']\)/g
  const seen = new Set<string>()
  await loadedBy('index.js', seen)
  for (const file of seen) {
    const code = await readFile(join(dist, file), 'utf8')
    expect(code, file).not.toMatch(/["']node:|\bBuffer\b|\bprocess\./)
    for (const [, next] of code.matchAll(later)) await loadedBy(next ?? '', seen)
  }
  expect([...seen].some((file) => file.startsWith('subscription-link'))).toBe(true)
})

test.each(['node.js', 'internal.js'])(
  '%s loads only Node built-ins, so that a command starts without tRPC and zod',
  async (entry) => {
    const loaded = await loadedBy(entry)
    expect(loaded.length).toBeGreaterThan(3)
    expect(loaded.filter((name) => !name.startsWith('node:'))).toEqual([])
  },
)
