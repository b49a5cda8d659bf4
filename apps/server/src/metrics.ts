/** What a node counts, for Prometheus: requests by route, what polls, refreshes, watches and deploys came to, the process. No label names a person (I06). */
import { type Approval, deviceCodeGrantType, type GrantType } from '@osa/contract'
import { isRefusal } from '@osa/core'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Counts what an exchange of codes or refresh tokens came to. */
export type Count = (grantType: GrantType, outcome: object) => void

export interface Metrics {
  readonly registry: Registry
  readonly count: Count
  /** One deploy of conventions: `changed`, `unchanged`, or why it was refused. */
  countDeploy(outcome: string): void
  /** One approval of a terminal, by what it rested on. */
  countApproval(approval: Approval): void
  /** One terminal more that waits to be told of a decision. Returns what says how its waiting ended. */
  openWatch(): (outcome: string) => void
  /** One answered request; `durationMs` until its headers were ready. */
  observeRequest(request: { method: string; route: string; status: number; durationMs: number }): void
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** A registry of one node; `processMetrics` off in tests, where many nodes share a process. */
export function createMetrics({ processMetrics }: { processMetrics: boolean }): Metrics {
  const registry = new Registry()
  if (processMetrics) collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'osa_http_request_duration_seconds',
    help: 'Time until the answer was ready, by route pattern.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  })
  const outcomes = new Counter({
    name: 'osa_token_requests_total',
    help: 'Polls and refreshes by what they came to: ok, or an OAuth error code.',
    labelNames: ['grant', 'outcome'],
    registers: [registry],
  })
  const deploys = new Counter({
    name: 'osa_convention_deploys_total',
    help: 'Deploys of conventions by what they came to: changed, unchanged, or why they were refused.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const approvals = new Counter({
    name: 'osa_device_approvals_total',
    help: 'Approved terminals by what the approval rested on: same_computer, typed or prefilled.',
    labelNames: ['approval'],
    registers: [registry],
  })
  const openWatches = new Gauge({
    name: 'osa_device_watches_open',
    help: 'Terminals that are waiting to be told of a decision (device.watch).',
    registers: [registry],
  })
  const watches = new Counter({
    name: 'osa_device_watches_total',
    help: 'Ended watches by what they came to: decided, left (by the terminal, or the node stopped), failed, or an OAuth error code.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  return {
    registry,
    openWatch() {
      openWatches.inc()
      return (outcome) => {
        openWatches.dec()
        watches.inc({ outcome })
      }
    },
    countApproval(approval) {
      approvals.inc({ approval })
    },
    countDeploy(outcome) {
      deploys.inc({ outcome })
    },
    count(grantType, outcome) {
      const grant = grantType === deviceCodeGrantType ? 'device_code' : 'refresh_token'
      outcomes.inc({ grant, outcome: isRefusal(outcome) ? outcome.error : 'ok' })
    },
    observeRequest({ method, route, status, durationMs }) {
      // anybody can make up methods; labels must stay few
      const known = knownMethods.has(method) ? method : 'other'
      requests.observe({ method: known, route, status: String(status) }, durationMs / 1000)
    },
  }
}
