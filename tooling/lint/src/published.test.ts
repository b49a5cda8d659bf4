/** L02, L09: what people install with the command or the SDK. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { bundledPackages as bundledInCli } from '../../../apps/cli/bundled-packages.ts'
import { installedWith, lockedPackages } from './lock-file.ts'
import { bundledIn, bundledPackages, type PublishedName, partsOf, publishedFolders, tarballFiles } from './published.ts'
import { sbomOf } from './sbom.ts'
import { licencesOf } from './third-party-licences.ts'
import { repository } from './workspaces.ts'

/** Every package that runs on people's machines, with platform-specific builds counted as one. Adding a name needs a reason. */
const expected: Readonly<Record<PublishedName, { bundled: string[]; installed: string[]; files: RegExp }>> = {
  '@osa/cli': {
    bundled: bundledInCli,
    installed: ['@napi-rs/keyring', 'jiti'],
    files:
      /^(README\.md|LICENSE|package\.json|bin\/(osa\.js|package\.json)|dist\/([\w-]+\.c?js|man\/osa(-\w+)?\.1)|template\/.+)$/,
  },
  '@osa/sdk': {
    // a copy of the client's code for event streams, so that pages load it with the first subscription
    bundled: ['@trpc/client'],
    // eventsource for subscriptions outside browsers; @trpc/server and typescript are peer dependencies of tRPC's client
    installed: [
      '@napi-rs/keyring',
      '@trpc/client',
      '@trpc/server',
      'copy-anything',
      'eventsource',
      'eventsource-parser',
      'superjson',
      'typescript',
      'zod',
    ],
    files: /^(README\.md|LICENSE|package\.json|dist\/[\w.-]+\.(js|d\.ts)|examples\/[\w.-]+\.ts)$/,
  },
}

const permissive = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0']
const platforms = /^(@napi-rs\/keyring|@typescript\/typescript)-[\w-]+$/

describe.each(Object.keys(expected) as PublishedName[])('%s', (name) => {
  const folder = publishedFolders[name]
  const { bundled, installed, files } = expected[name]

  test('L02 the tarball contains the code that runs and examples, but no sources, source maps or settings', () => {
    const packed = tarballFiles(name)
    expect(packed.filter((file) => !files.test(file))).toEqual([])
    expect(packed.filter((file) => file.startsWith('dist/')).length).toBeGreaterThan(1)
    for (const file of packed) {
      const text = readFileSync(join(repository, folder, file), 'utf8')
      expect(text, file).not.toMatch(/^\/[/*][#@]\s*sourceMappingURL=/m)
      expect(text.includes(repository), `${file} names a folder of this machine`).toBe(false)
    }
  })

  test('L09 it installs and bundles only the packages on this list', () => {
    const names = installedWith(folder).map((locked) => locked.name)
    expect([...new Set(names.filter((found) => !platforms.test(found)))].sort()).toEqual(installed)
    expect(bundledPackages(name)).toEqual(bundled)
  })

  test('L09 neither the package nor its dependencies run install scripts', () => {
    const { scripts = {} } = JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8'))
    expect(
      Object.keys(scripts).filter((script) => /^(pre|post)?install$|^(pre)?prepare$|^prepublish$/.test(script)),
    ).toEqual([])
    expect(installedWith(folder).filter(({ hasInstallScript }) => hasInstallScript)).toEqual([])
  })

  test('L09 its licence file has the text of every bundled package', () => {
    const notices = licencesOf(bundledIn(name)).split(`\n\n${'-'.repeat(80)}\n\n`)
    expect(notices.map((notice) => notice.split(' ')[0]).sort()).toEqual(bundled)
    for (const notice of notices) expect(notice).toMatch(/^\S+ \d\S* \(\S+\)\n\n[\s\S]*copyright[\s\S]*/i)
  })

  test('L09 its bill of materials is complete, and is made from the lock file without network access', () => {
    vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1/')
    const { bomFormat, metadata, components } = sbomOf(name, partsOf(name))
    vi.unstubAllEnvs()
    expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', name])
    const parts = components.map((component) => component.name).filter((part) => !platforms.test(part))
    expect([...new Set(parts)].sort()).toEqual(expect.arrayContaining([...installed, ...bundled]))
    for (const { name: part, licenses, hashes } of components) {
      expect(licenses?.length, part).toBe(1)
      expect(hashes?.length, part).toBe(1)
    }
  })
})

test('L09 everything that runs on people’s machines and in the node has a permissive licence', () => {
  const cli = installedWith('apps/cli', expected['@osa/cli'].bundled)
  const production = [...cli, ...installedWith('packages/sdk'), ...installedWith('apps/server')]
  expect(production.length).toBeGreaterThan(50)
  expect(production.filter(({ license }) => !permissive.includes(license ?? 'none'))).toEqual([])
})

test('L09 no package of the node has an install script', () => {
  expect(installedWith('apps/server').filter(({ hasInstallScript }) => hasInstallScript)).toEqual([])
})

test('L09 the lock file has the hash of every package, so the registry does not have to be trusted', () => {
  expect(lockedPackages.length).toBeGreaterThan(100)
  expect(lockedPackages.filter(({ integrity }) => !integrity?.startsWith('sha512-'))).toEqual([])
})
