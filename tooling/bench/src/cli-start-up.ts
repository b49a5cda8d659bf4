/**
 * Measures how long the command takes to start, as ratios to a Node process that does nothing: `osa --version`, which reads one file, and
 * `osa whoami --offline`, which reads the link and the saved logins. Each run is compared with the empty Node of its own round, and every
 * other round reverses the order, so that load on the machine affects both.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repository } from '@osa/e2e/node-process'
import { median } from './statistics.ts'

/** Upper limits of the ratios. */
const limits = { 'osa --version': 1.3, 'osa whoami --offline': 1.6 } as const

const osa = join(repository, 'apps/cli/bin/osa.js')
const runs = {
  'node -e 0': ['-e', '0'],
  'osa --version': [osa, '--version'],
  'osa whoami --offline': [osa, 'whoami', '--offline'],
} as const
type Run = keyof typeof runs

function seedLogin(dir: string): void {
  const user = { display_name: 'Josiah Carberry', external_id: '0000-0002-1825-0097' }
  const login = { access_token: 'a', refresh_token: 'r', expires_at: 4_000_000_000, user }
  writeFileSync(join(dir, 'credentials.json'), JSON.stringify({ 'https://archive.example.org': login }), {
    mode: 0o600,
  })
}

function time(args: readonly string[], folder: string): number {
  const env = { PATH: process.env.PATH, HOME: folder, OSA_CONFIG_DIR: folder }
  const startedAtMs = performance.now()
  const { status } = spawnSync(process.execPath, args, { cwd: folder, env, stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} exited with ${status}`)
  return performance.now() - startedAtMs
}

/** How long each run took in one round, in ms. */
type Round = Record<Run, number>

const measureRound = (names: readonly Run[], folder: string): Round =>
  Object.fromEntries(names.map((name) => [name, time(runs[name], folder)])) as Round

/** Measures the ratios and passes each to `report`. Returns the names of those that exceed their limits. */
export function benchStartUp(report: (name: string, value: string) => void, rounds: number): string[] {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'osa-bench-')))
  try {
    seedLogin(folder)
    const names = Object.keys(runs) as Run[]
    const backwards = [...names].reverse()
    const taken = Array.from({ length: rounds }, (_, round) =>
      measureRound(round % 2 === 0 ? names : backwards, folder),
    )
    report('node -e 0', `${Math.round(median(taken.map((round) => round['node -e 0'])))} ms, median of ${rounds}`)
    return (Object.keys(limits) as (keyof typeof limits)[]).filter((name) => {
      const ratio = median(taken.map((round) => round[name] / round['node -e 0']))
      report(name, `${ratio.toFixed(2)} × an empty Node (at most ${limits[name]})`)
      return ratio > limits[name]
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
