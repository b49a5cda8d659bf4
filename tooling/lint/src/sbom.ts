/**
 * Makes a software bill of materials (CycloneDX) for a package that people install. npm describes the packages, but the caller selects
 * them, because npm omits bundled packages and those that another workspace declares as development dependencies.
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

/** Returns npm's bill of materials for the whole repository, made from the lock file. */
function describeAll(): Sbom {
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx']
  ofAll ??= JSON.parse(execFileSync('npm', args, { cwd: repository, encoding: 'utf8', maxBuffer: 64 << 20 })) as Sbom
  return ofAll
}

/** Returns the bill of materials of one workspace and of `parts`, the packages in its tarball or installed with it. Needs no network. */
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
  /** Returns its dependencies, replacing this repository's packages, which are part of it, by their own dependencies. */
  const within = (ref: string): string[] =>
    (edges.get(ref) ?? []).flatMap((on) => (refs.has(on) ? [on] : on.startsWith('@osa/') ? within(on) : []))
  return {
    ...full,
    metadata: { ...full.metadata, component: itself },
    components,
    dependencies: [itself['bom-ref'], ...refs].map((ref) => ({ ref, dependsOn: [...new Set(within(ref))].toSorted() })),
  }
}

/** Adds a tarball's hash to its bill of materials, and replaces everything that would differ between runs. */
export function describedBy(sbom: Sbom, tarball: { readonly sha256: string; readonly at: Date }): Sbom {
  const hashes = [{ alg: 'SHA-256', content: tarball.sha256 }]
  // 122 bits of the hash as a UUID version 8 (RFC 9562 §5.8)
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
