/** L09: the GitHub workflows are pinned, have minimal permissions, and stop a release with a known vulnerability. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempDisposableSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { repository } from './workspaces.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: unknown
  readonly jobs: Readonly<
    Record<string, { permissions?: unknown; strategy?: unknown; 'timeout-minutes'?: number; steps: readonly Step[] }>
  >
}

function read(file: string): { text: string; workflow: Workflow } {
  const text = readFileSync(join(repository, file), 'utf8')
  return { text, workflow: parse(text) }
}
const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap(({ steps }) => steps)
const commandsOf = (workflow: Workflow): string[] =>
  stepsOf(workflow).flatMap(({ run }) => (run === undefined ? [] : [run]))

const files = globSync('.github/workflows/*.{yml,yaml}', { cwd: repository })
const ci = read('.github/workflows/ci.yml').workflow
const publish = read('.github/workflows/publish.yml').workflow
const auditCommand = 'npm audit --audit-level=high'

describe.each(files)('%s', (file) => {
  const { text, workflow } = read(file)

  test('L09 every action is pinned to a commit, with its version in a comment', () => {
    const uses = stepsOf(workflow).flatMap((step) => (step.uses === undefined ? [] : [step.uses]))
    expect(uses.length).toBeGreaterThan(0)
    for (const used of uses) {
      expect(used).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
      expect(text).toMatch(new RegExp(`uses: ${used} # v\\d+\\.\\d+\\.\\d+\n`))
    }
  })

  test('L09 pull requests from strangers have no write permission and no secrets', () => {
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target')
    expect(Object.keys(workflow.on)).not.toContain('workflow_run')
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(text).not.toMatch(/secrets\.|write-all/)
    // a title or branch name that a stranger chose must not become part of a command
    for (const command of commandsOf(workflow)) expect(command).not.toContain('${{')
    for (const { uses, with: inputs } of stepsOf(workflow)) {
      if (uses?.startsWith('actions/checkout@')) expect(inputs?.['persist-credentials']).toBe(false)
      // a job with fewer permissions could fill a cache that this job reads
      if (uses?.startsWith('actions/setup-node@')) expect(inputs?.['package-manager-cache']).toBe(false)
    }
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })

  test('L09 packages are installed without running their scripts', () => {
    const installs = commandsOf(workflow).filter((command) => /\bnpm (ci|install|i)\b/.test(command))
    expect(installs.every((command) => command === 'npm ci --ignore-scripts')).toBe(true)
  })
})

test('L09 workflows, .nvmrc and tests use the same version of Node.js', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  const versions = [ci, publish].flatMap(stepsOf).flatMap((step) => step.with?.['node-version'] ?? [])
  versions.push(readFileSync(join(repository, '.nvmrc'), 'utf8').trim())
  expect(new Set(versions)).toEqual(new Set([optionalDependencies.node]))
})

test('L09 every change is tested and audited, and the secret scan gets the whole history', () => {
  expect(commandsOf(ci)).toEqual(expect.arrayContaining(['.ci/run "$LANE"', auditCommand, 'npm audit signatures']))
  expect(ci.on).toMatchObject({ push: { branches: ['main'] }, schedule: [{ cron: expect.any(String) }] })
  expect(Object.keys(ci.on)).toContain('pull_request')
  expect(ci.jobs.test?.strategy).toMatchObject({ matrix: { lane: ['test', 'test:long'] } })
  expect(ci.jobs.test?.steps.find(({ uses }) => uses?.startsWith('actions/checkout@'))?.with?.['fetch-depth']).toBe(0)
})

test('L09 a tag publishes the command and the SDK after an audit, with provenance and without a stored token', () => {
  expect(Object.keys(publish.on)).toEqual(['push'])
  expect(publish.jobs.npm?.permissions).toEqual({ contents: 'read', 'id-token': 'write', attestations: 'write' })
  const steps = publish.jobs.npm?.steps ?? []
  const at = (part: string) => steps.findIndex(({ run, uses }) => (run ?? uses)?.includes(part))
  const order = [
    auditCommand,
    'npm run release:pack -- release',
    'diff --recursive release again',
    'attest-build-',
    'npm publish',
  ]
  expect(order.map(at)).toEqual(order.map(at).toSorted((a, b) => a - b))
  expect(at(auditCommand)).toBeGreaterThan(0)
  expect(steps[at('attest-build-')]?.with).toEqual({ 'subject-path': 'release/*' })
  expect(steps.at(-1)?.run).toBe(
    'for tarball in release/osa-{cli,sdk}-*.tgz; do npm publish "./$tarball" --provenance --access public --ignore-scripts; done',
  )
})

test('L09 a release is built without the cache, whose outputs would be mixed with files of earlier builds', () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  expect(scripts['release:pack']).toMatch(/turbo run build --force .*&& exec node tooling\/lint\/src\/release\.ts$/)
})

test('L09 the job that may write to the repository runs no code of the repository or its packages', () => {
  const { permissions, steps } = publish.jobs.github ?? { steps: [] }
  expect(permissions).toEqual({ contents: 'write' })
  expect(steps.map(({ uses, run }) => (uses ?? run)?.replace(/[@ ].*/, ''))).toEqual([
    'actions/download-artifact',
    'gh',
  ])
})

/** Runs the workflows' audit command against a registry that reports one vulnerability in `hono`. With a null severity it reports none. */
async function audit(severity: string | null): Promise<{ code: number; output: string }> {
  const advisory = {
    id: 1,
    url: 'https://registry.example/1',
    title: 'a vulnerability',
    severity,
    vulnerable_versions: '*',
    cwe: [],
    cvss: { score: 8 },
  }
  const registry = createServer((request, response) => {
    request.resume()
    response.setHeader('Content-Type', 'application/json')
    const isBulk = request.url?.endsWith('/security/advisories/bulk')
    const packument = { name: decodeURIComponent(request.url?.slice(1) ?? ''), 'dist-tags': {}, versions: {} }
    response.end(JSON.stringify(isBulk ? (severity === null ? {} : { hono: [advisory] }) : packument))
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
  const { port } = registry.address() as AddressInfo
  using cache = mkdtempDisposableSync(join(tmpdir(), 'osa-audit-'))
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_cache: cache.path }
  const [command = '', ...args] = `${auditCommand} --package-lock-only`.split(' ')
  const child = spawn(command, args, { cwd: repository, env })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = await once(child, 'close')
  registry.close()
  return { code, output }
}

test('L09 the audit fails on a vulnerability of high severity, but not on a moderate one', async () => {
  expect(await audit(null)).toMatchObject({ code: 0, output: expect.stringContaining('found 0 vulnerabilities') })
  expect(await audit('moderate')).toMatchObject({ code: 0, output: expect.stringContaining('moderate') })
  expect(await audit('high')).toMatchObject({ code: 1, output: expect.stringContaining('hono') })
})
