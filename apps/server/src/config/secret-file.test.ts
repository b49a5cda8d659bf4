/** I04: the node's secret outside production. */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempDisposableSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keptSecret, SecretFileUnusable } from './secret-file.ts'

const modeOf = (path: string) => statSync(path).mode & 0o777

test('I04 the secret is created once, then reused, and only its owner can read it', () => {
  using parent = mkdtempDisposableSync(join(tmpdir(), 'osa-secret-'))
  const directory = join(parent.path, 'data')
  const made = keptSecret(directory, randomBytes)
  expect(made).toHaveLength(32)
  expect(Buffer.from(keptSecret(directory, randomBytes)).equals(made)).toBe(true)
  expect([modeOf(directory), modeOf(join(directory, 'secret'))]).toEqual([0o700, 0o600])
  expect(readdirSync(directory)).toEqual(['secret'])
})

test('I04 a file mode that others loosened is restored to 0600', () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'osa-secret-'))
  keptSecret(directory.path, randomBytes)
  chmodSync(join(directory.path, 'secret'), 0o644)
  keptSecret(directory.path, randomBytes)
  expect(modeOf(join(directory.path, 'secret'))).toBe(0o600)
})

test('a file without a valid secret, and a symlink, are refused and left unchanged', () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'osa-secret-'))
  writeFileSync(join(directory.path, 'secret'), 'short')
  expect(() => keptSecret(directory.path, randomBytes)).toThrow(SecretFileUnusable)
  using other = mkdtempDisposableSync(join(tmpdir(), 'osa-secret-'))
  symlinkSync(join(directory.path, 'secret'), join(other.path, 'secret'))
  expect(() => keptSecret(other.path, randomBytes)).toThrow(SecretFileUnusable)
})
