/** Shared by traces and metrics over OTLP: exporter settings, the resource, and a bounded shutdown. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources'

const stopWithinMs = 2_000
/** Distinguishes the processes of a node. */
const instanceId = randomUUID()

/** Returns the resource: name, version and instance of the process. Call it before creating exporters, since it also sets their environment. */
export function openResource(env: NodeJS.ProcessEnv, version: string): Resource {
  // exporters and the detector read process.env, but the settings may come from a file
  for (const name of Object.keys(env)) if (name.startsWith('OTEL_')) process.env[name] ??= env[name]
  const named = resourceFromAttributes({
    'service.name': env.OTEL_SERVICE_NAME || 'osa-node',
    'service.version': version,
  })
  return resourceFromAttributes({ 'service.instance.id': instanceId })
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(named)
}

/** Flushes and shuts down a provider. An unreachable collector must not delay the shutdown of the node. */
export async function shutDown(provider: { shutdown(): Promise<void> }): Promise<void> {
  await Promise.race([provider.shutdown(), sleep(stopWithinMs, undefined, { ref: false })])
}
