/**
 * Packs a release into a folder: `npm run release:pack -- release`. It contains, for the command, the SDK and the node, a tarball for
 * `npm install` and its bill of materials, and SHA256SUMS for all files. The same commit gives the same bytes.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { installedWith, type LockedPackage } from './lock-file.ts'
import { bundledIn, type PublishedName, partsOf, publishedFolders, tarballFiles } from './published.ts'
import { describedBy, sbomOf } from './sbom.ts'
import { licencesFile, licencesOf } from './third-party-licences.ts'
import { repository } from './workspaces.ts'

interface Parts {
  /** The packages in its tarball or installed with it. */
  readonly parts: readonly LockedPackage[]
  /** Those of them whose code is in its tarball. */
  readonly bundled: readonly LockedPackage[]
}
interface Staged extends Parts {
  readonly name: string
  readonly workspace: string
}

/** Writes a release into `folder`, which must be empty or missing. `url` is the repository's, for npm's provenance. Needs `npm run build`. */
export function packRelease(folder: string, url?: string): void {
  mkdirSync(folder, { recursive: true })
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty.`)
  using staging = mkdtempDisposableSync(join(tmpdir(), 'osa-release-'))
  for (const [name, workspace] of Object.entries(publishedFolders)) {
    const staged = join(staging.path, workspace)
    copyPublished(name as PublishedName, staged)
    const parts = { parts: partsOf(name as PublishedName), bundled: bundledIn(name as PublishedName) }
    packStaged(staged, folder, { name, workspace, ...parts }, url)
  }
  const node = join(staging.path, 'apps/server')
  packStaged(node, folder, { name: '@osa/server', workspace: 'apps/server', ...joinNode(node) }, url)
  const sums = readdirSync(folder)
    .toSorted()
    .map((file) => `${sha256(join(folder, file))}  ${file}\n`)
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''))
}

function copyPublished(name: PublishedName, staged: string): void {
  for (const file of tarballFiles(name)) {
    mkdirSync(dirname(join(staged, file)), { recursive: true })
    cpSync(join(repository, publishedFolders[name], file), join(staged, file))
  }
}

/** Assembles the node in `staged`. */
function joinNode(staged: string): Parts {
  const script = join(repository, 'apps/server/scripts/package.ts')
  const joined: string[] = JSON.parse(execFileSync(process.execPath, [script, staged], { encoding: 'utf8' }))
  const beside = Object.keys(readManifest(staged).dependencies)
  const parts = installedWith('apps/server').filter(({ path, name }) => joined.includes(path) || beside.includes(name))
  if (parts.length !== joined.length + beside.length)
    throw new Error('The node contains packages that it does not declare.')
  return { parts, bundled: parts.filter(({ path }) => joined.includes(path)) }
}

function packStaged(staged: string, folder: string, { name, workspace, parts, bundled }: Staged, url?: string): void {
  writeFileSync(join(staged, licencesFile), licencesOf(bundled))
  // the published manifest omits what only this repository needs
  const { scripts: _scripts, devDependencies: _devDependencies, ...manifest } = readManifest(staged)
  const origin = url === undefined ? {} : { repository: { type: 'git', url, directory: workspace } }
  const published = { ...manifest, files: [...manifest.files, licencesFile], ...origin }
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
  const tarball = `${name.slice(1).replace('/', '-')}-${manifest.version}.tgz`
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: staged })
  renameSync(join(staged, tarball), join(folder, tarball))
  const sbom = describedBy(sbomOf(name, parts), { sha256: sha256(join(folder, tarball)), at: commitTime() })
  writeFileSync(join(folder, tarball.replace(/tgz$/, 'cdx.json')), `${JSON.stringify(sbom, null, 2)}\n`)
}

const readManifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

/** Returns the time of the packed commit, so that packing it later gives the same bytes. Without Git, set `SOURCE_DATE_EPOCH`. */
function commitTime(): Date {
  const seconds =
    process.env.SOURCE_DATE_EPOCH ??
    execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: repository, encoding: 'utf8' })
  return new Date(Number(seconds) * 1000)
}

if (import.meta.main) {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { repository: { type: 'string' } } })
  const [folder] = positionals
  if (folder === undefined || positionals.length > 1 || (existsSync(folder) && readdirSync(folder).length > 0)) {
    process.stderr.write('Give one folder that is empty or does not exist yet: npm run release:pack -- release\n')
    process.exitCode = 2
  } else {
    packRelease(resolve(folder), values.repository)
    process.stdout.write(readFileSync(join(folder, 'SHA256SUMS'), 'utf8'))
  }
}
