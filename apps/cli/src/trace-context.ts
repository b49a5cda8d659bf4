/** The trace that whoever started this command is in (W3C Trace Context), as OpenTelemetry carries it in the environment. */
import type { Environment } from '@osa/sdk/node'

const traceParent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/
const traceState = /^[ -~]{1,512}$/

/** What to send along, so that the node's spans belong to that trace; nothing without `TRACEPARENT`, or with one that is none. */
export function traceHeaders({
  TRACEPARENT: parent = '',
  TRACESTATE: state = '',
}: Environment): Record<string, string> {
  if (!traceParent.test(parent)) return {}
  return { traceparent: parent, ...(traceState.test(state) ? { tracestate: state } : {}) }
}
