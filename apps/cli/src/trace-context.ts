/** The trace that this command belongs to (W3C Trace Context), from the environment variables that OpenTelemetry uses. */
import type { Environment } from '@osa/sdk/node'

const traceParent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/
const traceState = /^[ -~]{1,512}$/

/** Returns the headers that put the node's spans into that trace; none if `TRACEPARENT` is not set or not valid. */
export function traceHeaders({
  TRACEPARENT: parent = '',
  TRACESTATE: state = '',
}: Environment): Record<string, string> {
  if (!traceParent.test(parent)) return {}
  return { traceparent: parent, ...(traceState.test(state) ? { tracestate: state } : {}) }
}
