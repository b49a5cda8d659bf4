/** The files in ../deploy are consistent with the image and with each other. deploy-page.long.test.ts in tooling/e2e runs their steps. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { settings as knownSettings } from './config/settings.ts'
import { buildContext, readDockerfile } from './testing/image.ts'

const deploy = fileURLToPath(new URL('../deploy', import.meta.url))
const read = (path: string): string => readFileSync(join(deploy, path), 'utf8')
const readYaml = (path: string) => parse(read(path), { merge: true })
const instruction = (wanted: string): string => readDockerfile().findLast(({ name }) => name === wanted)?.text ?? ''
/** Maximum time that a node takes to finish requests in flight, after draining. */
const stopSeconds = 14
/** Maximum time that Caddy takes to notice that a process is not ready. */
const noticedWithinSeconds = [...read('Caddyfile').matchAll(/health_(?:interval|timeout) (\d+)s/g)].reduce(
  (sum, [, seconds]) => sum + Number(seconds),
  0,
)

/** Expects that a process drains until Caddy has noticed that it is stopping, and is not killed before it has finished. */
function expectToDrain({ drainSeconds, killedAfterSeconds }: { drainSeconds: number; killedAfterSeconds: number }) {
  expect(noticedWithinSeconds).toBeGreaterThan(0)
  expect(drainSeconds).toBeGreaterThan(noticedWithinSeconds)
  expect(killedAfterSeconds).toBeGreaterThan(drainSeconds + stopSeconds)
}

const imageFiles = buildContext()
const isInImage = (command: readonly string[]) => command[0] === 'node' && imageFiles.includes(command[1] ?? '')

test('compose.yaml migrates once, then runs two locked-down processes of the image that trust only Caddy', () => {
  const { services, networks, secrets } = readYaml('compose.yaml')
  expect(Object.keys(services).sort()).toEqual(['caddy', 'migrate', 'node1', 'node2', 'postgres'])
  for (const name of ['node1', 'node2', 'migrate']) {
    const service = services[name]
    expect(existsSync(join(deploy, service.build.context, service.build.dockerfile))).toBe(true)
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    expect(Object.keys(service.environment).filter((setting) => !(setting in knownSettings))).toEqual([])
    expectToDrain({
      drainSeconds: service.environment.OSA_DRAIN_SECONDS,
      killedAfterSeconds: Number.parseInt(service.stop_grace_period, 10),
    })
    expect(service.environment.OSA_TRUSTED_PROXIES).toBe(services.caddy.networks.front.ipv4_address)
  }
  expect(services.node1.depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } })
  expect(isInImage(services.migrate.command)).toBe(true)
  expect([services.node1.command, services.node1.ports, services.postgres.ports]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(networks.back).toEqual({ internal: true })
  expect(services.postgres.networks).toEqual(['back'])
  expect(Object.keys(secrets)).toEqual(services.postgres.secrets)
  // on the host only its owner can read the password, so PostgreSQL's container has to start as root with the right to read all files
  const { user, cap_drop, environment } = services.postgres
  expect([user, cap_drop, environment.POSTGRES_PASSWORD_FILE]).toEqual([
    undefined,
    undefined,
    `/run/secrets/${services.postgres.secrets}`,
  ])
  const port = /PORT=(\d+)/.exec(instruction('ENV'))?.[1]
  expect(services.caddy.environment.OSA_UPSTREAMS).toBe(`node1:${port} node2:${port}`)
  for (const { image } of [services.postgres, services.caddy]) expect(image).toMatch(/:\d+\.\d+/)
})

test('the systemd units are valid, start what is installed, and remove all privileges that a node does not need', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'osa-units-'))
  for (const name of ['osa@.service', 'osa-migrate.service']) {
    const unit = read(`systemd/${name}`)
    const [, program, args = ''] = /^ExecStart=(\S+) (.*)$/m.exec(unit) ?? []
    expect(program).toBe('/usr/bin/node')
    expect(isInImage(['node', ...args.split(' ')])).toBe(true)
    writeFileSync(join(folder.path, name), unit.replace('/usr/bin/node', process.execPath))
  }
  copyFileSync(join(folder.path, 'osa@.service'), join(folder.path, 'osa@8000.service'))
  const analyze = (...args: string[]) =>
    execFileSync('systemd-analyze', [...args, join(folder.path, 'osa@8000.service')], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
  expect(analyze('verify')).toBe('')
  expect(
    Number(/exposure level[^:]*: ([\d.]+)/.exec(analyze('security', '--offline=yes', '--no-pager'))?.[1]),
  ).toBeLessThan(2)
  const numberOf = (name: string) => Number(new RegExp(`${name}=(\\d+)$`, 'm').exec(read('systemd/osa@.service'))?.[1])
  expectToDrain({ drainSeconds: numberOf('OSA_DRAIN_SECONDS'), killedAfterSeconds: numberOf('TimeoutStopSec') })
})

test('the Kubernetes manifests have matching probes, a rolling update without a gap, a disruption budget and the user of the image', () => {
  const { resources, secretGenerator } = readYaml('kubernetes/kustomization.yaml')
  const kinds = Object.fromEntries(
    resources.map((file: string) => [parse(read(`kubernetes/${file}`)).kind, readYaml(`kubernetes/${file}`)]),
  )
  const { Deployment, Service, PodDisruptionBudget, Ingress } = kinds
  const { replicas, strategy, template, selector } = Deployment.spec
  const pod = template.spec
  const [container] = pod.containers
  const [migrate] = pod.initContainers
  expect(strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 })
  expect(PodDisruptionBudget.spec.minAvailable).toBeLessThan(replicas)
  for (const matched of [selector.matchLabels, Service.spec.selector, PodDisruptionBudget.spec.selector.matchLabels]) {
    expect(template.metadata.labels).toMatchObject(matched)
  }
  const [uid, gid] = instruction('USER').split(':').map(Number)
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: uid, runAsGroup: gid })
  for (const { securityContext, image, envFrom } of [container, migrate]) {
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect([image, envFrom[0].secretRef.name]).toEqual(['osa-node', secretGenerator[0].name])
  }
  expect(isInImage(migrate.command)).toBe(true)
  const path = (probe: string) => container[probe].httpGet.path
  expect([path('startupProbe'), path('livenessProbe'), path('readinessProbe')]).toEqual([
    '/healthz',
    '/healthz',
    '/readyz',
  ])
  expect(container.ports.find(({ name }: { name: string }) => name === 'http').containerPort).toBe(
    Number(instruction('EXPOSE')),
  )
  const drain = container.env.find(({ name }: { name: string }) => name === 'OSA_DRAIN_SECONDS')
  expectToDrain({ drainSeconds: Number(drain.value), killedAfterSeconds: pod.terminationGracePeriodSeconds })
  expect(Ingress.spec.rules[0].http.paths[0].backend.service).toEqual({
    name: Service.metadata.name,
    port: { name: 'http' },
  })
})
