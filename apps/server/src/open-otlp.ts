/** What traces and metrics over OTLP share: settings for the exporters, who sends, and an end that waits for nobody. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources'

const stopWithinMs = 2_000
/** Tells the processes of a node apart. */
const instanceId = randomUUID()

/** Which process of which version sends. Comes before the exporters, which read the settings that it hands on to them. */
export function openResource(env: NodeJS.ProcessEnv, version: string): Resource {
  // exporters and detector read their settings from the process, and these may be from a file
  for (const name of Object.keys(env)) if (name.startsWith('OTEL_')) process.env[name] ??= env[name]
  const named = resourceFromAttributes({
    'service.name': env.OTEL_SERVICE_NAME || 'osa-node',
    'service.version': version,
  })
  return resourceFromAttributes({ 'service.instance.id': instanceId })
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(named)
}

/** Sends what is left: a collector that is away must not hold up the end of a node. */
export async function shutDown(provider: { shutdown(): Promise<void> }): Promise<void> {
  await Promise.race([provider.shutdown(), sleep(stopWithinMs, undefined, { ref: false })])
}
