/** The files in ../deploy: what they say fits the image and one another, and their commands run from a clean production install. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { settings as knownSettings } from './config/settings.ts'
import { testBrowser } from './testing/browser.ts'
import { buildContext, buildImage, readDockerfile } from './testing/image.ts'
import { startTlsProxy } from './testing/tls-proxy.ts'
import { startUpstream } from './testing/upstream.ts'

const deploy = fileURLToPath(new URL('../deploy', import.meta.url))
const read = (path: string): string => readFileSync(join(deploy, path), 'utf8')
const readYaml = (path: string) => parse(read(path), { merge: true })
const instruction = (wanted: string): string => readDockerfile().findLast(({ name }) => name === wanted)?.text ?? ''
/** How long a node takes at most to finish what is in flight. */
const stopSeconds = 14

const imageFiles = buildContext()
const isInImage = (command: readonly string[]) => command[0] === 'node' && imageFiles.includes(command[1] ?? '')

test('compose.yaml: two locked-down processes of the image, migrated once before, that believe Caddy alone', () => {
  const { services, networks, secrets } = readYaml('compose.yaml')
  expect(Object.keys(services).sort()).toEqual(['caddy', 'migrate', 'node1', 'node2', 'postgres'])
  for (const name of ['node1', 'node2', 'migrate']) {
    const service = services[name]
    expect(existsSync(join(deploy, service.build.context, service.build.dockerfile))).toBe(true)
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    expect(Object.keys(service.environment).filter((setting) => !(setting in knownSettings))).toEqual([])
    expect(Number.parseInt(service.stop_grace_period, 10)).toBeGreaterThan(stopSeconds)
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
  const port = /PORT=(\d+)/.exec(instruction('ENV'))?.[1]
  expect(services.caddy.environment.OSA_UPSTREAMS).toBe(`node1:${port} node2:${port}`)
  for (const { image } of [services.postgres, services.caddy]) expect(image).toMatch(/:\d+\.\d+/)
})

test('the systemd units hold by systemd itself, start what is installed, and take all rights away that a node does not need', () => {
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
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(read('systemd/osa@.service'))?.[1])).toBeGreaterThan(stopSeconds)
})

test('the Kubernetes manifests: probes that mean what they say, a rolling update without a gap, a budget, the user of the image', () => {
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
  const preStopSeconds = Number(/(\d+)000\)/.exec(container.lifecycle.preStop.exec.command[2])?.[1])
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(preStopSeconds + stopSeconds)
  expect(Ingress.spec.rules[0].http.paths[0].backend.service).toEqual({
    name: Service.metadata.name,
    port: { name: 'http' },
  })
})

test('J14 from a clean production install: settings, migrations once, two processes behind Caddy, a sign-in, one process replaced without a failed request', async () => {
  await using started = new AsyncDisposableStack()
  const folder = started.adopt(mkdtempDisposableSync(join(tmpdir(), 'osa-deploy-')), (made) => made.remove())
  const image = buildImage(join(folder.path, 'opt'))
  const [httpsPort, httpPort, ...ports] = await Promise.all(Array.from({ length: 4 }, freePort))
  const publicUrl = `https://localhost:${httpsPort}`
  // an identity provider, which production takes by https only
  const upstreamPort = await freePort()
  const upstreamProxy = started.use(await startTlsProxy({ port: upstreamPort }))
  const upstream = started.use(await startUpstream({ behind: { url: upstreamProxy.url, port: upstreamPort } }))
  upstream.allowRedirect(`${publicUrl}/api/v1/auth/callback`)

  /** Starts a process; what it has printed on standard output is the text of its chunks. */
  const launch = (command: string, args: readonly string[], env: Record<string, string>) => {
    const child = spawn(command, args, { cwd: image.app, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text
      })
    }
    const closed = once(child, 'close')
    started.defer(async () => {
      child.kill('SIGKILL')
      await closed
    })
    return { child, output, closed }
  }
  const ca = join(folder.path, 'ca.pem')
  copyFileSync(upstreamProxy.certificatePath, ca)
  const settingsFile = join(folder.path, 'osa.env')
  const osaServer = async (args: readonly string[], env: Record<string, string> = {}) => {
    const [, program = ''] = readYaml('compose.yaml').services.migrate.command
    const { output, closed } = launch(process.execPath, [program, ...args, '--settings', settingsFile], {
      NODE_EXTRA_CA_CERTS: ca,
      ...env,
    })
    const [code] = await closed
    return { code, ...output }
  }

  const DATABASE_URL = await createSharedDatabase({ migrated: false })
  const secrets = { DATABASE_URL, OSA_OIDC_CLIENT_SECRET: upstream.clientSecret }
  const options = [
    '--public-url',
    publicUrl,
    '--oidc-issuer',
    upstream.issuer,
    '--oidc-client-id',
    upstream.clientId,
    '--oidc-name',
    'Example',
  ]
  expect(await osaServer(['init', ...options, '--trusted-proxies', '127.0.0.1'], secrets)).toMatchObject({
    code: 0,
    stderr: '',
  })
  const [, , ...migrateArguments] = readYaml('compose.yaml').services.migrate.command
  expect(await osaServer(migrateArguments)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('migrations are done'),
  })

  const settings = Object.fromEntries(
    [...readFileSync(settingsFile, 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
  const startNode = async (port: number | undefined) => {
    const env = { ...image.env, ...settings, HOST: '127.0.0.1', PORT: String(port), NODE_EXTRA_CA_CERTS: ca }
    const node = launch(process.execPath, image.command.slice(1), env)
    await expect
      .poll(() => node.output.stdout + node.output.stderr, { timeout: 300_000 })
      .toMatch(/^OSA node ready at/m)
    return node
  }
  const first = await startNode(ports[0])
  await startNode(ports[1])
  const caddyEnv = {
    ...{ PATH: process.env.PATH ?? '', HOME: folder.path, XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path },
    ...{
      OSA_SITE: `localhost:${httpsPort}`,
      CADDY_HTTP_PORT: String(httpPort),
      CADDY_ADMIN: `localhost:${await freePort()}`,
    },
    OSA_UPSTREAMS: ports.map((port) => `127.0.0.1:${port}`).join(' '),
  }
  const caddy = launch('caddy', ['run', '--config', join(deploy, 'Caddyfile'), '--adapter', 'caddyfile'], caddyEnv)
  const caddyRoot = join(folder.path, 'caddy/pki/authorities/local/root.crt')
  await expect.poll(() => existsSync(caddyRoot) || caddy.output.stderr, { timeout: 120_000 }).toBe(true)
  const authorities = [readFileSync(upstreamProxy.certificatePath, 'utf8'), readFileSync(caddyRoot, 'utf8')]
  writeFileSync(ca, authorities.join('\n'))
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, ...authorities])
  started.defer(() => setDefaultCACertificates(before))
  const answer = () =>
    fetch(`${publicUrl}/readyz`).then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(answer, { timeout: 120_000 }).toBe(200)

  const post = async (path: string, fields: Record<string, string>) =>
    (await fetch(`${publicUrl}${path}`, { method: 'POST', body: new URLSearchParams(fields) })).json()
  const { device_code, user_code, verification_uri } = await post('/oauth/device_authorization', {
    client_id: 'osa-cli',
  })
  expect(verification_uri).toBe(`${publicUrl}/device`)
  const browser = testBrowser({ fetch: (url, init) => fetch(url, init) })
  await browser.open(verification_uri)
  await browser.press('Continue with Example', { user_code })
  await browser.press('Sign in and allow')
  await browser.press('Approve')
  const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'osa-cli', device_code }
  const tokens = await post('/oauth/token', grant)
  expect(tokens).toMatchObject({ token_type: 'Bearer' })

  const me = async () =>
    (await fetch(`${publicUrl}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${tokens.access_token}` } })).status
  const statuses = new Set<number>()
  first.child.kill('SIGTERM')
  let isReplaced = false
  const replaced = first.closed
    .then(() => startNode(ports[0]))
    .finally(() => {
      isReplaced = true
    })
  while (!isReplaced) statuses.add(await me())
  await replaced
  expect([...statuses]).toEqual([200])
  expect(await first.closed).toEqual([0, null])
  // the doctor comes from the address of the proxy here, which is believed, so that one line cannot be told
  const doctor = await osaServer(['doctor'])
  expect([doctor.code, doctor.stderr], doctor.stdout).toEqual([0, ''])
  expect(doctor.stdout).toMatch(/✓ sign-in +Example found[\s\S]*✓ tls[\s\S]*✓ address .* is this node/)
})
