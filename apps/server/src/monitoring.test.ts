/** ../deploy/monitoring: alerts and dashboard use metrics that a node serves, alerts fire when they should, and the runbook covers them. */
import { execFileSync } from 'node:child_process'
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deviceCodeGrantType } from '@osa/contract'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from './metrics.ts'

const monitoring = fileURLToPath(new URL('../deploy/monitoring', import.meta.url))
const read = (name: string): string => readFileSync(join(monitoring, name), 'utf8')
const runbook = readFileSync(new URL('../../docs/operating/alerts.md', import.meta.url), 'utf8')

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly runbook: string; readonly summary: string }
}
const rules: Rule[] = parse(read('alerts.yaml')).groups.flatMap((group: { rules: Rule[] }) => group.rules)
const dashboard: { panels: { id: number; title: string; targets: { expr: string }[] }[] } = JSON.parse(
  read('dashboard.json'),
)
const dashboardExpressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

/** Returns every metric of a node with its labels, after counting each once. */
async function metricsOfNode(): Promise<Map<string, Set<string>>> {
  const metrics = createMetrics({ processMetrics: true })
  metrics.observeRequest({ method: 'GET', route: '/readyz', status: 200, durationMs: 1 })
  metrics.count(deviceCodeGrantType, {})
  metrics.countDeploy('changed')
  metrics.openWatch()('decided')
  const text = await metrics.registry.metrics()
  const labels = new Map<string, Set<string>>([['up', new Set()]])
  for (const [, name = '', pairs = ''] of text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? /gm)) {
    const known = labels.get(name) ?? new Set()
    for (const [, label = ''] of pairs.matchAll(/(\w+)="/g)) known.add(label)
    labels.set(name, known)
  }
  return labels
}

/** Returns the metrics that an expression selects, with the labels of its selectors. */
const selectorsOf = (expression: string): { name: string; labels: string[] }[] =>
  [...expression.matchAll(/\b((?:osa|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)].map(([, name = '', pairs = '']) => ({
    name,
    labels: [...pairs.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label),
  }))

const promtool = (...args: string[]): string =>
  execFileSync('promtool', args, { cwd: monitoring, encoding: 'utf8', stdio: 'pipe' })

test('alerts and dashboard use only metrics and labels that a node serves, and always select the job', async () => {
  const known = await metricsOfNode()
  const selectors = [...rules.map(({ expr }) => expr), ...dashboardExpressions].flatMap(selectorsOf)
  expect(selectors.length).toBeGreaterThan(30)
  const ofScrape = ['job', 'instance']
  const unknown = selectors.filter(
    ({ name, labels }) =>
      !labels.includes('job') ||
      !labels.every((label) => ofScrape.includes(label) || known.get(name)?.has(label)) ||
      !known.has(name),
  )
  expect(unknown).toEqual([])
})

test('the rules are valid, and each alert fires for its problem and never on a good day', () => {
  expect(promtool('check', 'rules', 'alerts.yaml')).toContain(`SUCCESS: ${rules.length} rules found`)
  expect(promtool('test', 'rules', 'alerts.test.yaml')).toContain('SUCCESS')
  const cases: { name: string; alert_rule_test: { alertname: string; exp_alerts: object[] }[] }[] = parse(
    read('alerts.test.yaml'),
  ).tests
  const [goodDay, ...firing] = cases
  const named = rules.map(({ alert }) => alert)
  expect(goodDay?.alert_rule_test.map(({ alertname, exp_alerts }) => [alertname, exp_alerts.length])).toEqual(
    named.map((alert) => [alert, 0]),
  )
  expect(
    firing.flatMap(({ alert_rule_test: [check] }) => (check?.exp_alerts.length === 1 ? check.alertname : [])),
  ).toEqual(named)
})

test('every expression of the dashboard is valid', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'osa-dashboard-'))
  const recorded = dashboardExpressions.map((expr, at) => ({
    record: `panel:${at}`,
    expr: expr.replaceAll('$__rate_interval', '5m'),
  }))
  writeFileSync(join(folder.path, 'rules.yaml'), JSON.stringify({ groups: [{ name: 'dashboard', rules: recorded }] }))
  expect(promtool('check', 'rules', join(folder.path, 'rules.yaml'))).toContain(
    `SUCCESS: ${recorded.length} rules found`,
  )
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
})

describe('the runbook', () => {
  const sections = new Map(
    runbook
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split('\n', 1)[0], section]),
  )

  test('has exactly one section for each alert', () => {
    expect([...sections.keys()]).toEqual(rules.map(({ alert }) => alert))
  })

  test.each(rules)('says how urgent $alert is and what to do', ({ alert, labels, annotations }) => {
    expect(annotations.runbook).toBe(`apps/docs/operating/alerts.md#${alert.toLowerCase()}`)
    expect(sections.get(alert)).toContain(`\n\n\`${labels.severity}\`. `)
  })
})
