/** Prometheus metrics of a node: requests by route, outcomes of polls, refreshes, watches and deploys, and the process. No label identifies a person (I06). */
import { type Approval, deviceCodeGrantType, type GrantType } from '@osa/contract'
import { isRefusal } from '@osa/core'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Counts the outcome of exchanging a device code or refresh token. */
export type Count = (grantType: GrantType, outcome: object) => void

export interface Metrics {
  readonly registry: Registry
  readonly count: Count
  /** Counts a deploy of conventions: `changed`, `unchanged`, or the refusal. */
  countDeploy(outcome: string): void
  /** Counts an approval of a terminal, by kind. */
  countApproval(approval: Approval): void
  /** Counts a waiting terminal. Returns a function that records the outcome of its watch. */
  openWatch(): (outcome: string) => void
  /** Counts an answered request; `durationMs` is the time until its headers were ready. */
  observeRequest(request: { method: string; route: string; status: number; durationMs: number }): void
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Creates the metrics of one node. Tests turn `processMetrics` off, since many nodes share their process. */
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
    help: 'Polls and refreshes by outcome: ok, or an OAuth error code.',
    labelNames: ['grant', 'outcome'],
    registers: [registry],
  })
  const deploys = new Counter({
    name: 'osa_convention_deploys_total',
    help: 'Deploys of conventions by outcome: changed, unchanged, or why they were refused.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const approvals = new Counter({
    name: 'osa_device_approvals_total',
    help: 'Approved terminals by kind of approval: same_computer, typed or prefilled.',
    labelNames: ['approval'],
    registers: [registry],
  })
  const openWatches = new Gauge({
    name: 'osa_device_watches_open',
    help: 'Terminals that are waiting for a decision (device.watch).',
    registers: [registry],
  })
  const watches = new Counter({
    name: 'osa_device_watches_total',
    help: 'Ended watches by outcome: decided, left (the terminal disconnected or the node stopped), failed, or an OAuth error code.',
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
      // clients can make up methods, but the number of labels must stay small
      const known = knownMethods.has(method) ? method : 'other'
      requests.observe({ method: known, route, status: String(status) }, durationMs / 1000)
    },
  }
}
