/** OpenTelemetry's standard variables: what of them a node follows, read without loading anything of it. */

export type Signal = 'TRACES' | 'METRICS'

const signals: readonly Signal[] = ['TRACES', 'METRICS']
/** Where the exporters send to when they are asked for by name alone. */
const defaultEndpoint = 'http://localhost:4318'
/** In milliseconds, as OpenTelemetry has them. */
export const defaultExportIntervalMs = 60_000

/** Where a signal is to be sent over OTLP; null when nothing asks for it, or it is turned off. */
export function otlpEndpoint(env: NodeJS.ProcessEnv, signal: Signal): string | null {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null
  const named = env[`OTEL_${signal}_EXPORTER`]
  if (named && !named.split(',').some((name) => name.trim() === 'otlp')) return null
  const endpoint = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || env.OTEL_EXPORTER_OTLP_ENDPOINT
  return endpoint || (named ? defaultEndpoint : null)
}

/** What of these settings does not hold, without their values. */
export function otlpProblems(env: NodeJS.ProcessEnv): string[] {
  const asked = signals.filter((signal) => otlpEndpoint(env, signal) !== null)
  const problems = asked.flatMap((signal) => signalProblems(env, signal))
  const intervalProblems =
    asked.includes('METRICS') && !/^[1-9]\d{0,8}$/.test(env.OTEL_METRIC_EXPORT_INTERVAL || '1')
      ? ['OTEL_METRIC_EXPORT_INTERVAL must be in milliseconds, as in 60000']
      : []
  return [...new Set([...problems, ...intervalProblems])]
}

function signalProblems(env: NodeJS.ProcessEnv, signal: Signal): string[] {
  const own = (name: string) => [`OTEL_EXPORTER_OTLP_${signal}_${name}`, `OTEL_EXPORTER_OTLP_${name}`]
  const given = (name: string) => own(name).find((setting) => env[setting])
  const endpoint = URL.parse(otlpEndpoint(env, signal) ?? '')
  const protocol = given('PROTOCOL')
  return [
    ...(/^https?:$/.test(endpoint?.protocol ?? '')
      ? []
      : [`${given('ENDPOINT')} must be an http or https address, as in ${defaultEndpoint}`]),
    ...(protocol && env[protocol] === 'grpc' ? [`${protocol} must not be grpc: what is sent is http/json`] : []),
  ]
}
