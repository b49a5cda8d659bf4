/** `doctor`: checks everything that can keep people from signing in. Each check prints one line, and what to do if it fails. */
import type { CommandIo, OperatorCommand, Report } from '../command.ts'
import { checks, type Finding, fix, note, ok, skipped } from './finding.ts'

export const doctor: OperatorCommand = {
  name: 'doctor',
  summary: 'Check settings, database, identity provider, public address, proxy and TLS, and say what to do',
  positionals: '',
  options: {},
  example: 'osa-server doctor --settings /etc/osa/osa.env',
  prepare: () => async (io) => report(await examine(io)),
}

async function examine({ env }: CommandIo): Promise<Finding[]> {
  const { parseConfig } = await import('../../config/config.ts')
  const parsed = parseConfig(env)
  const notes = parsed.warnings.map((warning) => note('settings', warning, 'See apps/server/README.md.'))
  if (!parsed.ok) {
    const wrong = parsed.problems.map((problem) =>
      fix('settings', problem, 'Set it in the environment or in the settings file.'),
    )
    const others = checks.filter((check) => check !== 'settings')
    return [...wrong, ...notes, ...others.map((check) => skipped(check, 'the settings are not valid'))]
  }
  const { config } = parsed
  const mode = config.production ? 'for production' : 'for trying things out only (NODE_ENV is not production)'
  const [{ examineDatabase }, { examineProviders }, { examinePublicAddress }] = await Promise.all([
    import('./database.ts'),
    import('./providers.ts'),
    import('./public-address.ts'),
  ])
  const { findings, database } = await examineDatabase(config)
  await using _ = database
  const [providers, publicAddress] = await Promise.all([
    examineProviders(config),
    examinePublicAddress(config, database?.store ?? null),
  ])
  return [ok('settings', `valid ${mode}`), ...notes, ...findings, ...providers, ...publicAddress]
}

const marks = { ok: '✓', note: '·', skipped: '-', fix: '✗' } as const

function report(findings: readonly Finding[]): Report {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.map(({ check, status, found, todo }) => {
    const line = `${marks[status]} ${check.padEnd(width)}  ${found}\n`
    return todo === undefined ? line : `${line}  ${' '.repeat(width)}  → ${todo}\n`
  })
  const wrong = findings.filter(({ status }) => status === 'fix').length
  const end = wrong === 0 ? 'Nothing to do.' : wrong === 1 ? '1 thing to do.' : `${wrong} things to do.`
  return { text: `${lines.join('')}\n${end}\n`, documents: findings, failed: wrong > 0 }
}
