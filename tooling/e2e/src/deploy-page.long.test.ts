/** Runs the commands of deploy.md as printed, from a clean checkout up to a sign-in through Caddy, and replaces a process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { freePort } from '@osa/db/testing/free-port'
import { testBrowser } from '@osa/server/testing/browser'
import { startTlsProxy } from '@osa/server/testing/tls-proxy'
import { startUpstream } from '@osa/server/testing/upstream'
import { expect, test } from 'vitest'
import { startLocalPostgres } from './debian-postgres.ts'
import { repository } from './node-process.ts'
import { openMachine } from './operators-machine.ts'
import { followPage } from './page-commands.ts'
import { temporaryFolder } from './temporary-folder.ts'

const page = 'operating/deploy.md'
const carberry = '0000-0002-1825-0097'

/** Returns the environment assignments of a unit or of a settings file. */
const assignments = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^(?:Environment=)?"?([A-Z_]+)=(.*?)"?$/gm)].map(([, name = '', value = '']) => [name, value]),
  )

test('every command of deploy.md that can run here is in a block that the test runs', () => {
  const text = readFileSync(join(repository, 'apps/docs', page), 'utf8')
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
  const others = blocks.flatMap(([, language, block = '']) => (language === 'sh' ? [] : block.trimEnd().split('\n')))
  expect(others.length).toBeGreaterThan(5)
  expect(others.filter((line) => !/^(docker |kubectl |export SITE=)/.test(line))).toEqual([])
})

test('J14 deploy.md under systemd leads to two processes behind Caddy and a sign-in, and replacing a process fails no request', async () => {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder()).path
  const postgres = started.use(await startLocalPostgres())
  const machine = openMachine(folder, postgres)
  const [httpsPort, httpPort, upstreamPort, adminPort, ...ports] = await Promise.all(
    Array.from({ length: 6 }, () => freePort()),
  )
  const site = `localhost:${httpsPort}`
  const publicUrl = `https://${site}`
  // like ORCID, which must use https in production
  const upstreamProxy = started.use(await startTlsProxy({ port: upstreamPort ?? 0 }))
  const upstream = started.use(await startUpstream({ behind: { url: upstreamProxy.url, port: upstreamPort ?? 0 } }))
  upstream.settings.orcidStyle = true
  upstream.allowRedirect(`${publicUrl}/api/v1/auth/callback`)
  const ca = join(folder, 'ca.pem')
  copyFileSync(upstreamProxy.certificatePath, ca)

  const env = { ...machine.env, SITE: site, NODE_EXTRA_CA_CERTS: ca }
  const answers = {
    OSA_PUBLIC_URL: publicUrl,
    OSA_ORCID_ISSUER: upstream.issuer,
    OSA_ORCID_CLIENT_ID: upstream.clientId,
    OSA_ORCID_CLIENT_SECRET: upstream.clientSecret,
    OSA_TRUSTED_PROXIES: '127.0.0.1',
    OSA_ADMINS: carberry,
  }
  const elsewhere = 'postgres://osa:pass@db.example/osa'
  const steps = followPage(page, { cwd: folder, env, within: machine.within })
  const settingsOf = (path: string) => {
    expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600)
    return assignments(readFileSync(join(folder, path), 'utf8'))
  }

  await steps.next('npm ci')
  expect((await steps.next('createdb', answers)).stdout).toContain(`${publicUrl}/api/v1/auth/callback`)
  const settings = settingsOf('etc/osa/osa.env')
  await steps.next('enable --now osa@8000 osa@8001')
  await steps.next('caddy.service.d')
  expect(readFileSync(join(folder, 'etc/systemctl-was-asked'), 'utf8').split('\n')).toEqual([
    'daemon-reload',
    'enable --now osa@8000 osa@8001',
    'daemon-reload',
    'restart caddy',
    '',
  ])

  /** Starts a command as systemd would, except for the user. */
  const launch = (command: readonly string[], more: Record<string, string>) => {
    const [program = '', ...args] = [...machine.within, ...command]
    const child = spawn(program, args, { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { text: '' }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output.text += text
      })
    }
    const closed = once(child, 'close')
    started.defer(async () => {
      child.kill('SIGKILL')
      await closed
    })
    return { child, output, closed }
  }
  const unit = (name: string) => readFileSync(join(folder, 'etc/systemd/system', name), 'utf8')
  const launchUnit = (name: string, more: Record<string, string> = {}) => {
    const command = /^ExecStart=\/usr\/bin\/node (.*)$/m.exec(unit(name))?.[1]?.split(' ') ?? []
    expect(unit(name)).toContain('EnvironmentFile=/etc/osa/osa.env\n')
    return launch([process.execPath, ...command], { ...assignments(unit(name)), ...settings, ...more })
  }
  const migrate = launchUnit('osa-migrate.service')
  expect([...(await migrate.closed), migrate.output.text]).toEqual([
    0,
    null,
    expect.stringMatching(/^\d+ migrations applied:/),
  ])
  expect(migrate.output.text).not.toContain('Note: ')
  const startNode = async (port: number | undefined) => {
    const node = launchUnit('osa@.service', { PORT: String(port), OSA_DATA_DIR: join(folder, 'unused') })
    await expect.poll(() => node.output.text, { timeout: 300_000 }).toMatch(/^OSA node ready at/m)
    return node
  }
  const first = await startNode(ports[0])
  await startNode(ports[1])

  const dropIn = readFileSync(join(folder, 'etc/systemd/system/caddy.service.d/osa.conf'), 'utf8')
  expect(dropIn).toBe(`[Service]\nEnvironment=OSA_SITE=${site} "OSA_UPSTREAMS=127.0.0.1:8000 127.0.0.1:8001"\n`)
  const caddy = launch(['caddy', 'run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'], {
    ...{ HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    ...{ OSA_SITE: site, CADDY_HTTP_PORT: String(httpPort), CADDY_ADMIN: `localhost:${adminPort}` },
    OSA_UPSTREAMS: ports.map((port) => `127.0.0.1:${port}`).join(' '),
  })
  const caddyRoot = join(folder, 'caddy/pki/authorities/local/root.crt')
  await expect.poll(() => existsSync(caddyRoot) || caddy.output.text, { timeout: 120_000 }).toBe(true)
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
  // the doctor runs at the address of the trusted proxy, so it has to skip its check of the proxy
  const { stdout: examined } = await steps.next('osa-server.js doctor')
  expect(examined).toMatch(/✓ sign-in +ORCID found[\s\S]*✓ tls[\s\S]*✓ address .* is this node[\s\S]*Nothing to do\./)

  const post = async (path: string, fields: Record<string, string>) =>
    (await fetch(`${publicUrl}${path}`, { method: 'POST', body: new URLSearchParams(fields) })).json()
  const { device_code, user_code, verification_uri } = await post('/oauth/device_authorization', {
    client_id: 'osa-cli',
  })
  expect(verification_uri).toBe(`${publicUrl}/device`)
  const browser = testBrowser({ fetch: (url, init) => fetch(url, init) })
  await browser.open(verification_uri)
  await browser.press('Continue with ORCID', { user_code })
  await browser.press('Sign in and allow')
  await browser.press('Approve')
  const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'osa-cli', device_code }
  const tokens = await post('/oauth/token', grant)
  expect(tokens).toMatchObject({ token_type: 'Bearer' })

  const me = async () =>
    (await fetch(`${publicUrl}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${tokens.access_token}` } })).status
  const pending = await post('/oauth/device_authorization', { client_id: 'osa-cli' })
  const statuses = new Set<number>()
  const polled = new Set<string>()
  first.child.kill('SIGTERM')
  let isReplaced = false
  const replaced = first.closed
    .then(() => startNode(ports[0]))
    .finally(() => {
      isReplaced = true
    })
  while (!isReplaced) {
    statuses.add(await me())
    polled.add((await post('/oauth/token', { ...grant, device_code: pending.device_code })).error)
  }
  await replaced
  expect([...statuses]).toEqual([200])
  expect(['authorization_pending', 'slow_down']).toEqual(expect.arrayContaining([...polled]))
  expect(await first.closed).toEqual([0, null])

  await steps.next('postgres-password', answers)
  const deploy = join(folder, 'opt/osa/apps/server/deploy')
  expect(statSync(join(deploy, 'postgres-password')).mode & 0o777).toBe(0o600)
  const password = readFileSync(join(deploy, 'postgres-password'), 'utf8').trim()
  expect(settingsOf('opt/osa/apps/server/deploy/osa.env').DATABASE_URL).toBe(`postgres://osa:${password}@postgres/osa`)
  expect(readFileSync(join(deploy, '.env'), 'utf8')).toBe(`OSA_SITE=${site}\n`)
  await steps.next('cd apps/server/deploy/kubernetes', { ...answers, DATABASE_URL: elsewhere })
  expect(settingsOf('opt/osa/apps/server/deploy/kubernetes/osa.env').DATABASE_URL).toBe(elsewhere)
  steps.done()
})
