/** Tracing with the OpenTelemetry SDK. Nothing is registered globally, so only the spans created here exist. */
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, type TextMapGetter, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { routeOf } from './observe.ts'
import { openResource, shutDown } from './open-otlp.ts'
import type { Tracing } from './telemetry.ts'

const headerGetter: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: (headers) => [...headers.keys()],
}

export function openTracing(env: NodeJS.ProcessEnv, version: string): Tracing {
  const resource = openResource(env, version)
  const provider = new TracerProvider({
    resource,
    sampler: samplerOf(env),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  const tracer = provider.getTracer('osa-node', version)
  const contexts = new AsyncLocalStorageContextManager().enable()
  const propagator = new W3CTraceContextPropagator()
  const within = <T>(context: Context, work: () => Promise<T>): Promise<T> => contexts.with(context, work)

  return {
    async traceRequests(c, next) {
      const parent = propagator.extract(ROOT_CONTEXT, c.req.raw.headers, headerGetter)
      const { method } = c.req
      const attributes = { 'http.request.method': method }
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent)
      await within(trace.setSpan(parent, span), next)
      const route = routeOf(c)
      const { status } = c.res
      span.updateName(`${method} ${route}`)
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status })
      span.setAttribute('osa.request_id', c.get('requester').requestId ?? '')
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
    async traceDatabase(kind, work) {
      const parent = contexts.active()
      const attributes = { 'db.system.name': 'postgresql' }
      const span = tracer.startSpan(`database ${kind}`, { kind: SpanKind.CLIENT, attributes }, parent)
      try {
        return await within(trace.setSpan(parent, span), work)
      } catch (error) {
        // only the class, since the message of a database driver may contain values
        span.setStatus({ code: SpanStatusCode.ERROR })
        span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
        throw error
      } finally {
        span.end()
      }
    },
    async stop() {
      contexts.disable()
      await shutDown(provider)
    },
  }
}

/** Returns the sampler for `OTEL_TRACES_SAMPLER` and its argument. An unknown name traces everything, like the default. */
function samplerOf({
  OTEL_TRACES_SAMPLER: name = '',
  OTEL_TRACES_SAMPLER_ARG: ratio = '1',
}: NodeJS.ProcessEnv): Sampler {
  const [, parentBased, root] = /^(parentbased_)?(.*)$/.exec(name) ?? []
  const sampler =
    root === 'always_off'
      ? new AlwaysOffSampler()
      : root === 'traceidratio'
        ? new TraceIdRatioBasedSampler(Number(ratio))
        : new AlwaysOnSampler()
  return parentBased === undefined && name !== '' ? sampler : new ParentBasedSampler({ root: sampler })
}
