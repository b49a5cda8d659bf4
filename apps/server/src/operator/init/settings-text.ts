/** The text of a settings file: the least that production needs, each setting with what it means, and the next ones commented out. */

interface Entry {
  readonly comment: string
  readonly names: readonly string[]
  /** What stands commented out where the setting is not given. */
  readonly example?: string
}

const entries: readonly Entry[] = [
  {
    comment: 'Refuses defaults, plain http, the development sign-in and short secrets.',
    names: ['NODE_ENV'],
  },
  {
    comment: 'The address that people type: issuer, pages and callback are under it. A proxy in front ends TLS.',
    names: ['OSA_PUBLIC_URL'],
  },
  {
    comment:
      'Seals the signing keys and makes refresh tokens. Keep a copy apart from the backups of the database: without it, all sessions end.',
    names: ['OSA_SECRET'],
  },
  {
    comment:
      'PostgreSQL, for several processes, backups while it runs, and these commands beside a running node. Without it the node keeps an embedded\n# database in OSA_DATA_DIR, for one process.',
    names: ['DATABASE_URL'],
    example: 'postgres://osa:password@localhost/osa',
  },
  { comment: 'Where the embedded database is.', names: ['OSA_DATA_DIR'], example: '/var/lib/osa' },
  {
    comment:
      "Sign in with ORCID: from the developer tools of an ORCID account. Its sandbox's issuer is https://sandbox.orcid.org.",
    names: ['OSA_ORCID_CLIENT_ID', 'OSA_ORCID_CLIENT_SECRET', 'OSA_ORCID_ISSUER'],
  },
  {
    comment: 'Sign in with another OpenID Connect provider.',
    names: ['OSA_OIDC_ISSUER', 'OSA_OIDC_CLIENT_ID', 'OSA_OIDC_CLIENT_SECRET', 'OSA_OIDC_NAME'],
  },
  {
    comment: 'The proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, as the node sees their addresses.',
    names: ['OSA_TRUSTED_PROXIES'],
    example: '127.0.0.1',
  },
  {
    comment: 'Administrators, as issuer#subject with commas between them.',
    names: ['OSA_ADMINS'],
    example: 'https://orcid.org#0000-0002-1825-0097',
  },
  {
    comment: 'What people call the node, on its pages and in their terminals, and whom they ask.',
    names: ['OSA_NODE_NAME', 'OSA_NODE_DESCRIPTION', 'OSA_NODE_LOGO_FILE', 'OSA_NODE_CONTACT', 'OSA_NODE_ACCENT'],
    example: 'Example Archive',
  },
  { comment: 'Where the node listens.', names: ['HOST', 'PORT'] },
  {
    comment: 'Metrics for Prometheus, on loopback: http://127.0.0.1:9464/metrics',
    names: ['OSA_ADMIN_PORT'],
    example: '9464',
  },
]

/** The names that a file may have, in its order. */
export const writtenSettings: readonly string[] = entries.flatMap(({ names }) => names)

/** A setting without a value is left out, or stands there commented out as an example; others than these come last. */
export function settingsText(values: Readonly<Record<string, string>>): string {
  const blocks = entries.flatMap(({ comment, names, example }) => {
    const given = names.filter((name) => values[name]).map((name) => `${name}=${values[name]}`)
    if (given.length === 0 && example === undefined) return []
    return [[`# ${comment}`, ...(given.length > 0 ? given : [`# ${names[0]}=${example}`])].join('\n')]
  })
  const others = Object.keys(values).filter((name) => !writtenSettings.includes(name))
  const rest = others.map((name) => `${name}=${values[name]}`).join('\n')
  const head =
    '# Settings of an OSA node, made by `osa-server init`. They hold secrets: keep this file to yourself (mode 0600).\n# All settings are in apps/server/README.md. Each line is NAME=value without quotes.'
  return `${[head, ...blocks, ...(others.length > 0 ? [rest] : [])].join('\n\n')}\n`
}

/** Docker, Docker Compose, systemd and this program read these differently. */
export const isWritable = (value: string): boolean => !/['"\\$`]|\s#|^\s|\s$|[^ -~]/.test(value)
