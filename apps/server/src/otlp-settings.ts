/** Reads the standard variables of OpenTelemetry that a node supports, without loading its modules. */

export type Signal = 'TRACES' | 'METRICS'

const signals: readonly Signal[] = ['TRACES', 'METRICS']
/** The endpoint if only the exporter is named. */
const defaultEndpoint = 'http://localhost:4318'
/** OpenTelemetry's default, in milliseconds. */
export const defaultExportIntervalMs = 60_000

/** Returns the OTLP endpoint of a signal, or null if it is not configured or is turned off. */
export function otlpEndpoint(env: NodeJS.ProcessEnv, signal: Signal): string | null {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null
  const named = env[`OTEL_${signal}_EXPORTER`]
  if (named && !named.split(',').some((name) => name.trim() === 'otlp')) return null
  const endpoint = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || env.OTEL_EXPORTER_OTLP_ENDPOINT
  return endpoint || (named ? defaultEndpoint : null)
}

/** Returns the problems with these settings, without quoting their values. */
export function otlpProblems(env: NodeJS.ProcessEnv): string[] {
  const asked = signals.filter((signal) => otlpEndpoint(env, signal) !== null)
  const problems = asked.flatMap((signal) => signalProblems(env, signal))
  const intervalProblems =
    asked.includes('METRICS') && !/^[1-9]\d{0,8}$/.test(env.OTEL_METRIC_EXPORT_INTERVAL || '1')
      ? ['OTEL_METRIC_EXPORT_INTERVAL must be a number of milliseconds, as in 60000']
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
    ...(protocol && env[protocol] === 'grpc' ? [`${protocol} must not be grpc: the node sends http/json`] : []),
  ]
}
