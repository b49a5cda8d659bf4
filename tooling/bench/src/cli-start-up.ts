/**
 * How long the command takes to start, as ratios to a Node that does nothing: `osa --version`, which reads one file, and
 * `osa whoami --offline`, which reads the link and the saved logins. Each run is compared with the empty Node of its own round, first
 * and last in turn, so that a machine that is busy for a while slows both.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repository } from '@osa/e2e/node-process'

/** What the ratios must not exceed. */
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

const middle = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

function time(args: readonly string[], folder: string): number {
  const env = { PATH: process.env.PATH, HOME: folder, OSA_CONFIG_DIR: folder }
  const begun = performance.now()
  const { status } = spawnSync(process.execPath, args, { cwd: folder, env, stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`)
  return performance.now() - begun
}

/** What each run took in one round. */
type Round = Record<Run, number>

const measureRound = (names: readonly Run[], folder: string): Round =>
  Object.fromEntries(names.map((name) => [name, time(runs[name], folder)])) as Round

/** Measures and says the ratios. Answers which of them exceed their limits. */
export function benchStartUp(say: (name: string, value: string) => void, rounds: number): string[] {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'osa-bench-')))
  try {
    seedLogin(folder)
    const names = Object.keys(runs) as Run[]
    const backwards = [...names].reverse()
    const taken = Array.from({ length: rounds }, (_, round) =>
      measureRound(round % 2 === 0 ? names : backwards, folder),
    )
    say('node -e 0', `${Math.round(middle(taken.map((round) => round['node -e 0'])))} ms, median of ${rounds}`)
    return (Object.keys(limits) as (keyof typeof limits)[]).filter((name) => {
      const ratio = middle(taken.map((round) => round[name] / round['node -e 0']))
      say(name, `${ratio.toFixed(2)} of an empty Node (at most ${limits[name]})`)
      return ratio > limits[name]
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
