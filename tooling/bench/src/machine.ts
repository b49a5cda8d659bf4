/** Describes when and on what machine a run was made. */
import { cpus, totalmem } from 'node:os'
import manifest from '../package.json' with { type: 'json' }

const peers = ['oidc-provider', 'better-auth', 'pg'] as const

/** Returns one sentence. `postgresVersion` is the version that the server reports. */
export function describeRun(postgresVersion: string, now: Date): string {
  const processors = cpus()
  const model = processors[0]?.model.trim() || 'unknown processor'
  const versions = peers.map((name) => `${name} ${manifest.devDependencies[name]}`).join(', ')
  return `${now.toISOString().slice(0, 10)}, ${processors.length} cores of ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Node.js ${process.versions.node}, PostgreSQL ${postgresVersion}, ${versions}.`
}
