import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from './node-process.ts'

const page = await readFile(join(repository, 'apps/docs/security.md'), 'utf8')

test('L11 the risk assessment of the device grant covers the alternative, the mitigations and the residual risk', () => {
  const assessment = page.split(/^## /m).find((section) => section.startsWith('Risk assessment')) ?? ''
  for (const part of ['RFC 8252', 'loopback', 'PKCE', 'Chosen mitigations', 'Residual risk: consent phishing']) {
    expect(assessment).toContain(part)
  }
})

test('all files named on the security page exist', () => {
  const named = [...page.matchAll(/`((?:apps|packages)\/[^`]+)`/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((path) => !existsSync(join(repository, path)))).toEqual([])
})
