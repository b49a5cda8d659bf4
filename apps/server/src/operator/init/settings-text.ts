/** Formats a settings file: the minimum for production, each setting with a comment, and other common settings commented out. */

interface Entry {
  readonly comment: string
  readonly names: readonly string[]
  /** Written as a comment if the setting is not given. */
  readonly example?: string
}

const entries: readonly Entry[] = [
  {
    comment: 'In production the node refuses missing or short secrets, plain http and the development sign-in.',
    names: ['NODE_ENV'],
  },
  {
    comment: 'The address that people use. Issuer, pages and callback are under it. A proxy in front terminates TLS.',
    names: ['OSA_PUBLIC_URL'],
  },
  {
    comment:
      'Encrypts the signing keys and derives refresh tokens. Keep a copy apart from the database backups: without it, all sessions end.',
    names: ['OSA_SECRET'],
  },
  {
    comment:
      'PostgreSQL allows several processes, backups of a running node, and osa-server commands while it runs. Without this setting the node\n# uses an embedded database in OSA_DATA_DIR, for one process.',
    names: ['DATABASE_URL'],
    example: 'postgres://osa:password@localhost/osa',
  },
  { comment: 'Folder of the embedded database.', names: ['OSA_DATA_DIR'], example: '/var/lib/osa' },
  {
    comment:
      'Sign in with ORCID: client id and secret from the developer tools of an ORCID account. The issuer of the sandbox is https://sandbox.orcid.org.',
    names: ['OSA_ORCID_CLIENT_ID', 'OSA_ORCID_CLIENT_SECRET', 'OSA_ORCID_ISSUER'],
  },
  {
    comment: 'Sign in with another OpenID Connect provider.',
    names: ['OSA_OIDC_ISSUER', 'OSA_OIDC_CLIENT_ID', 'OSA_OIDC_CLIENT_SECRET', 'OSA_OIDC_NAME'],
  },
  {
    comment: 'Proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted: their addresses, as the node sees them.',
    names: ['OSA_TRUSTED_PROXIES'],
    example: '127.0.0.1',
  },
  {
    comment: 'Administrators, as issuer#subject, separated by commas.',
    names: ['OSA_ADMINS'],
    example: 'https://orcid.org#0000-0002-1825-0097',
  },
  {
    comment: 'The name of the node on its pages and in terminals, its appearance, and a contact for questions.',
    names: ['OSA_NODE_NAME', 'OSA_NODE_DESCRIPTION', 'OSA_NODE_LOGO_FILE', 'OSA_NODE_CONTACT', 'OSA_NODE_ACCENT'],
    example: 'Example Archive',
  },
  { comment: 'The address and port that the node listens on.', names: ['HOST', 'PORT'] },
  {
    comment: 'Metrics for Prometheus, on loopback: http://127.0.0.1:9464/metrics',
    names: ['OSA_ADMIN_PORT'],
    example: '9464',
  },
]

/** The names of the settings in the file, in its order. */
export const writtenSettings: readonly string[] = entries.flatMap(({ names }) => names)

/** Formats `values`. A missing setting is omitted or written as a commented example; unknown settings come last. */
export function settingsText(values: Readonly<Record<string, string>>): string {
  const blocks = entries.flatMap(({ comment, names, example }) => {
    const given = names.filter((name) => values[name]).map((name) => `${name}=${values[name]}`)
    if (given.length === 0 && example === undefined) return []
    return [[`# ${comment}`, ...(given.length > 0 ? given : [`# ${names[0]}=${example}`])].join('\n')]
  })
  const others = Object.keys(values).filter((name) => !writtenSettings.includes(name))
  const rest = others.map((name) => `${name}=${values[name]}`).join('\n')
  const head =
    '# Settings of an OSA node, written by `osa-server init`. They include secrets: keep this file private (mode 0600).\n# apps/server/README.md describes all settings. Each line is NAME=value, without quotes.'
  return `${[head, ...blocks, ...(others.length > 0 ? [rest] : [])].join('\n\n')}\n`
}

/** Returns whether Docker, Docker Compose, systemd and this program read a value in the same way. */
export const isWritable = (value: string): boolean => !/['"\\$`]|\s#|^\s|\s$|[^ -~]/.test(value)
