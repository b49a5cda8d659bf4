/**
 * A software bill of materials (CycloneDX) for a published package: `npm run --silent sbom -- @osa/cli`. npm describes the packages; what
 * belongs in is worked out here, since npm leaves out what is bundled, and what another workspace names as a development dependency.
 */
import { execFileSync } from 'node:child_process'
import { installedWith } from './lock-file.ts'
import { bundledPackages, type PublishedName, publishedFolders } from './published.ts'
import { repository } from './workspaces.ts'

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly licenses?: readonly object[]
  readonly hashes?: readonly object[]
}
export interface Sbom {
  readonly bomFormat: 'CycloneDX'
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { ref: string; dependsOn: readonly string[] }[]
}

/** The bill of one package: itself, what is in its tarball, and what npm installs with it. Needs `npm run build`, and no network. */
export function sbomOf(name: PublishedName): Sbom {
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--workspace', name]
  const full: Sbom = JSON.parse(execFileSync('npm', args, { cwd: repository, encoding: 'utf8', maxBuffer: 64 << 20 }))
  const bundled = bundledPackages(name)
  const parts = installedWith(publishedFolders[name], bundled)
  const refs = new Set(parts.map((part) => `${part.name}@${part.version}`))
  const described = full.components.find((component) => component['bom-ref'].startsWith(`${name}@`))
  if (!described) throw new Error(`npm describes no ${name}`)
  // npm names a workspace after its folder
  const itself = { ...described, name }
  const components = full.components.filter((component) => refs.has(component['bom-ref']))
  const missing = [...refs].filter((ref) => !components.some((component) => component['bom-ref'] === ref))
  if (missing.length > 0) throw new Error(`npm does not describe ${missing.join(', ')}`)
  return {
    ...full,
    metadata: { ...full.metadata, component: itself },
    components,
    dependencies: full.dependencies
      .filter(({ ref }) => refs.has(ref) || ref === itself['bom-ref'])
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((on) => refs.has(on)) })),
  }
}

if (import.meta.main) {
  const [name = ''] = process.argv.slice(2)
  if (!(name in publishedFolders)) {
    process.stderr.write(`Which package? One of ${Object.keys(publishedFolders).join(', ')}\n`)
    process.exitCode = 2
  } else {
    process.stdout.write(`${JSON.stringify(sbomOf(name as PublishedName), null, 2)}\n`)
  }
}
