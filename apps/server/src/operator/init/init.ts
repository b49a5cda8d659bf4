/** `init`: writes the settings of a new node to a file, from options, the environment and answers at a terminal. */
import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { callbackUrl } from '@osa/core'
import { defaultSettingsFile, readSettingsFile } from '../../config/settings-file.ts'
import { type CommandIo, type CommandProblem, type OperatorCommand, orcidPattern, type Report } from '../command.ts'
import { openQuestions } from './ask.ts'
import { isWritable, settingsText, writtenSettings } from './settings-text.ts'

/** The setting behind each option. Secrets have no option, because every user of the machine can read command lines. */
const optionsOfSettings = {
  'public-url': ['OSA_PUBLIC_URL', '<origin>', 'Public address of the node, as in https://archive.example.org'],
  'orcid-client-id': ['OSA_ORCID_CLIENT_ID', '<id>', 'Client id from the developer tools of an ORCID account'],
  'orcid-issuer': ['OSA_ORCID_ISSUER', '<url>', 'Use https://sandbox.orcid.org to try things out'],
  'oidc-issuer': ['OSA_OIDC_ISSUER', '<url>', 'Another OpenID Connect provider, in addition to ORCID or instead'],
  'oidc-client-id': ['OSA_OIDC_CLIENT_ID', '<id>', 'Its client id'],
  'oidc-name': ['OSA_OIDC_NAME', '<name>', 'Its name on the sign-in page'],
  'trusted-proxies': ['OSA_TRUSTED_PROXIES', '<cidrs>', 'Addresses of the proxies in front, as the node sees them'],
  admin: ['OSA_ADMINS', '<orcid>', 'An administrator: an ORCID iD, or issuer#subject'],
} as const

export const init: OperatorCommand = {
  name: 'init',
  summary: 'Write the settings of a new node to a file, with a fresh secret',
  positionals: '',
  options: {
    ...Object.fromEntries(
      Object.entries(optionsOfSettings).map(([option, [, value, help]]) => [option, { type: 'string', value, help }]),
    ),
    'new-secret': {
      type: 'boolean',
      help: 'With --force: replace OSA_SECRET too; everybody has to sign in again',
    },
    force: { type: 'boolean', help: 'Replace an existing file; its settings are kept unless an option changes them' },
  },
  example: 'osa-server init --public-url https://archive.example.org',
  readsSettingsFile: false,
  prepare({ text, isSet }) {
    const path = resolve(text('settings') ?? defaultSettingsFile)
    const chosen = Object.entries(optionsOfSettings).map(([option, [name]]) => [name, text(option)] as const)
    return async (io) => {
      const force = isSet('force')
      if (existsSync(path) && !force) {
        return {
          problem: `${path} already exists.`,
          hint: 'Choose another file with --settings, or replace this one with --force.',
        }
      }
      const before = existsSync(path) ? readSettingsFile(path) : { values: {} }
      if ('problem' in before) return before
      const values: Record<string, string> = { ...before.values, ...writtenIn(io.env), NODE_ENV: 'production' }
      for (const [name, value] of chosen) if (value !== undefined) values[name] = value
      if (isSet('new-secret')) delete values.OSA_SECRET
      const answered = io.stdin.isTTY ? await askForMissing(io, values) : values
      if (answered === null) return { problem: 'Nothing was written.', hint: '' }
      return write(completed(answered), { path, force })
    }
  },
}

/** Returns the settings in the environment that the file can contain. */
const writtenIn = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(writtenSettings.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))

type Values = Readonly<Record<string, string>>

const questions: readonly { name: string; text: string; hidden?: true; when?: (values: Values) => boolean }[] = [
  { name: 'OSA_PUBLIC_URL', text: 'The public address of the node, as in https://archive.example.org:' },
  {
    name: 'DATABASE_URL',
    text: 'The address of its PostgreSQL database, as in postgres://osa:password@localhost/osa (not shown; empty for the embedded database):',
    hidden: true,
  },
  {
    name: 'OSA_ORCID_CLIENT_ID',
    text: 'The client id from the developer tools at orcid.org (empty for another provider):',
  },
  {
    name: 'OSA_ORCID_CLIENT_SECRET',
    text: 'Its client secret (not shown):',
    hidden: true,
    when: (values) => 'OSA_ORCID_CLIENT_ID' in values,
  },
  {
    name: 'OSA_OIDC_ISSUER',
    text: 'The issuer of your OpenID Connect provider:',
    when: (values) => !('OSA_ORCID_CLIENT_ID' in values),
  },
  { name: 'OSA_OIDC_CLIENT_ID', text: 'Your client id there:', when: (values) => 'OSA_OIDC_ISSUER' in values },
  {
    name: 'OSA_OIDC_CLIENT_SECRET',
    text: 'Your client secret there (not shown):',
    hidden: true,
    when: (values) => 'OSA_OIDC_ISSUER' in values,
  },
  { name: 'OSA_TRUSTED_PROXIES', text: 'The address of your proxy, as the node sees it, as in 127.0.0.1:' },
  { name: 'OSA_ADMINS', text: 'Your ORCID iD, to be an administrator (empty for none):' },
]

/** Asks for the settings that are missing. Returns null if the input ended early. */
async function askForMissing(io: CommandIo, given: Values): Promise<Values | null> {
  using terminal = openQuestions(io)
  const values: Record<string, string> = { ...given }
  for (const { name, text, hidden = false, when } of questions) {
    if (name in values || when?.(values) === false) continue
    const answer = await terminal.ask(text, { hidden })
    if (answer === null) return null
    if (answer !== '') values[name] = answer
  }
  return values
}

/** Adds a secret if there is none, and expands bare ORCID iDs of administrators to issuer#subject. */
function completed(values: Values): Values {
  const issuer = values.OSA_ORCID_ISSUER ?? 'https://orcid.org'
  const admins = values.OSA_ADMINS?.split(',').map((entry) => {
    const name = entry.trim()
    return orcidPattern.test(name) ? `${issuer}#${name}` : name
  })
  return {
    OSA_SECRET: randomBytes(32).toString('base64url'),
    ...values,
    ...(admins ? { OSA_ADMINS: admins.join(',') } : {}),
  }
}

async function write(
  values: Values,
  { path, force }: { path: string; force: boolean },
): Promise<Report | CommandProblem> {
  const odd = Object.keys(values).filter((name) => !isWritable(values[name] ?? ''))
  if (odd.length > 0) {
    return {
      problem: `The value of ${odd.join(' and ')} contains quotes, $, \\ or other characters that Docker, systemd and this program read differently.`,
      hint: 'Leave it out of the file, and set it in the environment of the node.',
    }
  }
  const { parseConfig } = await import('../../config/config.ts')
  const parsed = parseConfig(values)
  if (!parsed.ok) {
    const list = parsed.problems.map((problem) => `  - ${problem}`).join('\n')
    return {
      problem: `A node would not start with these settings, so nothing was written:\n${list}`,
      hint: 'Pass settings as options (osa-server init --help lists them), and secrets and DATABASE_URL in the environment. At a terminal, init asks for them.',
    }
  }
  // a draft is renamed into place, so that no process reads a half-written file and the old file survives a full disk
  const draft = force ? `${path}.${randomBytes(6).toString('hex')}` : path
  try {
    writeFileSync(draft, settingsText(values), { mode: 0o600, flag: 'wx' })
    if (force) renameSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return { problem: `${path} cannot be written (${error.code}).`, hint: 'Choose another file with --settings.' }
  }
  const { orcid, oidc } = parsed.config.identity
  const providers = [
    ...(orcid ? [{ id: 'orcid', name: 'ORCID' }] : []),
    ...(oidc ? [{ id: 'oidc', name: oidc.name }] : []),
  ]
  const publicUrl = values.OSA_PUBLIC_URL ? new URL(values.OSA_PUBLIC_URL).origin : ''
  const redirects = providers.map((provider) => ({
    provider: provider.name,
    redirect_uri: callbackUrl({ publicUrl, providers }, provider),
  }))
  return {
    text: `Wrote ${path}; only you can read it.\n\n${nextSteps(redirects, path, parsed.warnings)}`,
    documents: [{ file: path, redirect_uris: redirects, notes: parsed.warnings }],
  }
}

function nextSteps(
  redirects: readonly { provider: string; redirect_uri: string }[],
  path: string,
  warnings: readonly string[],
): string {
  const file = path === resolve(defaultSettingsFile) ? '' : ` --settings ${path}`
  const register = redirects.map(
    ({ provider, redirect_uri }) => `Register this redirect URI at ${provider}:\n  ${redirect_uri}\n`,
  )
  const notes = warnings.map((warning) => `Note: ${warning}\n`)
  const next = `Then:\n  osa-server start${file}\n  osa-server doctor${file}     while the node and the proxy are running\n`
  return [...register, ...notes, next].join('\n')
}
