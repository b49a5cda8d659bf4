/**
 * A software bill of materials (CycloneDX) for a package that people install. npm describes the packages; what belongs in is worked out
 * elsewhere, since npm leaves out what is bundled, and what another workspace names as a development dependency.
 */
import { execFileSync } from 'node:child_process'
import type { LockedPackage } from './lock-file.ts'
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
  readonly serialNumber: string
  readonly metadata: { readonly component: Component; readonly timestamp: string }
  readonly components: readonly Component[]
  readonly dependencies: readonly { ref: string; dependsOn: readonly string[] }[]
}

let ofAll: Sbom | undefined

/** What npm says of the whole repository, from its lock file. */
function describeAll(): Sbom {
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx']
  ofAll ??= JSON.parse(execFileSync('npm', args, { cwd: repository, encoding: 'utf8', maxBuffer: 64 << 20 })) as Sbom
  return ofAll
}

/** The bill of one workspace and of `parts`, which are in its tarball or installed with it. Needs no network. */
export function sbomOf(name: string, parts: readonly LockedPackage[]): Sbom {
  const full = describeAll()
  const refs = new Set(parts.map((part) => `${part.name}@${part.version}`))
  const described = full.components.find((component) => component['bom-ref'].startsWith(`${name}@`))
  if (!described) throw new Error(`npm describes no ${name}`)
  // npm names a workspace after its folder
  const itself = { ...described, name }
  const components = full.components.filter((component) => refs.has(component['bom-ref']))
  const missing = [...refs].filter((ref) => !components.some((component) => component['bom-ref'] === ref))
  if (missing.length > 0) throw new Error(`npm does not describe ${missing.join(', ')}`)
  const edges = new Map(full.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
  /** What it depends on; in place of the repository's other packages, which are part of it, what those depend on. */
  const within = (ref: string): string[] =>
    (edges.get(ref) ?? []).flatMap((on) => (refs.has(on) ? [on] : on.startsWith('@osa/') ? within(on) : []))
  return {
    ...full,
    metadata: { ...full.metadata, component: itself },
    components,
    dependencies: [itself['bom-ref'], ...refs].map((ref) => ({ ref, dependsOn: [...new Set(within(ref))].toSorted() })),
  }
}

/** The bill as of one tarball: with its hash, and nothing that differs from one run to the next. */
export function describedBy(sbom: Sbom, tarball: { readonly sha256: string; readonly at: Date }): Sbom {
  const hashes = [{ alg: 'SHA-256', content: tarball.sha256 }]
  // 122 bits of the hash, in the form of RFC 9562 §5.8
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(tarball.sha256) ?? []
  return {
    ...sbom,
    serialNumber: `urn:uuid:${a}-${b}-8${c}-8${d}-${e}`,
    metadata: {
      ...sbom.metadata,
      timestamp: tarball.at.toISOString(),
      component: { ...sbom.metadata.component, hashes },
    },
  }
}
