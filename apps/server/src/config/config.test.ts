/** L01, L06: which values settings accept. */
import { describe, expect, test } from 'vitest'
import { type Config, parseConfig } from './config.ts'
import { remoteApprovalPolicy } from './remote-approval.ts'

const randomSecret = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)).toString(
  'base64url',
)

/** The minimum that production starts with. */
const production = {
  NODE_ENV: 'production',
  OSA_PUBLIC_URL: 'https://archive.example',
  OSA_SECRET: randomSecret,
  OSA_ORCID_CLIENT_ID: 'APP-1',
  OSA_ORCID_CLIENT_SECRET: 'orcid-secret',
}

function problemsOf(env: NodeJS.ProcessEnv): string {
  const parsed = parseConfig(env)
  return parsed.ok ? '' : parsed.problems.join('\n')
}

function configOf(env: NodeJS.ProcessEnv): Config {
  const parsed = parseConfig(env)
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return parsed.config
}

describe('defaults', () => {
  test('without settings: loopback, embedded database, development sign-in, default lifetimes', () => {
    expect(configOf({})).toMatchObject({
      production: false,
      host: '127.0.0.1',
      port: 8000,
      publicUrl: null,
      database: { dataDirectory: './.osa-data' },
      secret: null,
      identity: { development: true },
      adminListener: null,
      logLevel: 'info',
      lifetimes: {
        deviceCodeLifetimeSeconds: 600,
        devicePollIntervalSeconds: 5,
        accessTokenLifetimeSeconds: 900,
        refreshIdleSeconds: 30 * 86_400,
        refreshAbsoluteSeconds: 90 * 86_400,
        refreshReuseGraceSeconds: 30,
        signingAlgorithm: 'ES256',
      },
    })
  })

  test('an empty value counts as unset', () => {
    expect(configOf({ PORT: '', OSA_PUBLIC_URL: '', OSA_SECRET: '' })).toMatchObject({ port: 8000, publicUrl: null })
  })

  test('a provider replaces the development sign-in', () => {
    const { identity } = configOf({ OSA_ORCID_CLIENT_ID: 'APP-1', OSA_ORCID_CLIENT_SECRET: 's' })
    expect(identity).toEqual({
      orcid: { clientId: 'APP-1', clientSecret: 's', issuer: 'https://orcid.org' },
      development: false,
    })
    const oidc = {
      OSA_OIDC_ISSUER: 'https://login.example/realm',
      OSA_OIDC_CLIENT_ID: 'a',
      OSA_OIDC_CLIENT_SECRET: 'b',
    }
    expect(configOf(oidc).identity.oidc).toMatchObject({ name: 'login.example' })
    expect(configOf({ ...oidc, OSA_OIDC_SCOPE: 'openid email' }).identity.oidc).toMatchObject({ scope: 'openid email' })
    for (const scope of ['profile', 'openid  profile', 'openid "profile', ' openid']) {
      expect(problemsOf({ ...oidc, OSA_OIDC_SCOPE: scope })).toMatch(/OSA_OIDC_SCOPE must list scopes/)
    }
  })
})

describe('invalid settings', () => {
  test('all problems are reported together, without quoting a value', () => {
    const problems = problemsOf({
      PORT: '99999',
      OSA_PUBLIC_URL: 'https://user:canary@archive.example/path',
      DATABASE_URL: 'mysql://canary',
      OSA_SECRET: 'canary',
      OSA_TRUSTED_PROXIES: '10.0.0.0/8, canary',
      OSA_ADMINS: 'canary',
      OSA_DEVICE_CODE_LIFETIME_SECONDS: '1e9',
      OSA_SIGNING_ALG: 'none',
      OSA_LOG_LEVEL: 'loud',
      OSA_OIDC_ISSUER: 'https://login.example',
    })
    const names = [
      'PORT',
      'OSA_PUBLIC_URL',
      'DATABASE_URL',
      'OSA_SECRET',
      'OSA_TRUSTED_PROXIES',
      'OSA_ADMINS',
      'OSA_SIGNING_ALG',
    ]
    for (const name of [...names, 'OSA_DEVICE_CODE_LIFETIME_SECONDS', 'OSA_LOG_LEVEL', 'OSA_OIDC_CLIENT_ID']) {
      expect(problems).toMatch(new RegExp(`^${name} `, 'm'))
    }
    expect(problems).not.toContain('canary')
  })

  test('OSA_REMOTE_APPROVAL is a word or a list of networks, and in production networks require OSA_TRUSTED_PROXIES', () => {
    const read = (value: string) => {
      const parsed = parseConfig({ OSA_REMOTE_APPROVAL: value })
      return parsed.ok ? remoteApprovalPolicy(parsed.config.remoteApproval) : null
    }
    for (const word of ['allow', 'typed', 'never'] as const) expect(read(word)?.('192.0.2.1')).toBe(word)
    const listed = read('networks:10.0.0.0/8, 2001:db8::/32')
    expect(['10.9.8.7', '2001:db8::1', '192.0.2.1', '::1', 'nonsense'].map((ip) => listed?.(ip))).toEqual([
      ...['typed', 'typed'],
      ...['never', 'never', 'never'],
    ])
    for (const wrong of ['Typed', 'networks', 'networks:', 'networks:10.0.0.0/8,', 'networks:10.1', 'typed,never']) {
      expect(problemsOf({ OSA_REMOTE_APPROVAL: wrong }), wrong).toMatch(
        /^OSA_REMOTE_APPROVAL must be allow, typed, never/,
      )
    }
    const networks = { ...production, OSA_REMOTE_APPROVAL: 'networks:10.0.0.0/8' }
    expect(problemsOf(networks)).toMatch(/^OSA_TRUSTED_PROXIES must be set/)
    expect(problemsOf({ ...networks, OSA_TRUSTED_PROXIES: '127.0.0.1' })).toBe('')
  })

  test('L01 an invalid setting is reported once, and not also as missing', () => {
    const env = {
      NODE_ENV: 'production',
      OSA_PUBLIC_URL: 'http://archive.example',
      OSA_SECRET: 'short',
      OSA_OIDC_ISSUER: 'ftp://login.example',
      OSA_OIDC_CLIENT_ID: 'a',
      OSA_OIDC_CLIENT_SECRET: 'b',
    }
    const names = problemsOf(env)
      .split('\n')
      .map((problem) => problem.split(' ')[0])
    expect(names).toEqual(['OSA_PUBLIC_URL', 'OSA_SECRET', 'OSA_OIDC_ISSUER'])
  })

  test('L01 another spelling of production gets a warning, since it enables no rules', () => {
    const warningsOf = (mode: string) => parseConfig({ NODE_ENV: mode }).warnings
    expect(warningsOf('prod').join()).toMatch(/^NODE_ENV is neither production nor development/)
    expect([...warningsOf('development'), ...warningsOf('test'), ...warningsOf('')]).toEqual([])
  })

  test('a setting of a provider that is not configured is refused', () => {
    expect(problemsOf({ OSA_ORCID_ISSUER: 'https://sandbox.orcid.org' })).toBe(
      'OSA_ORCID_CLIENT_ID must be set too, because OSA_ORCID_ISSUER is',
    )
    expect(problemsOf({ OSA_OIDC_NAME: 'Example' })).toBe('OSA_OIDC_ISSUER must be set too, because OSA_OIDC_NAME is')
  })

  test('C10 D29 production without a trusted proxy gets a warning: all people would share its address', () => {
    expect(parseConfig(production).warnings.join()).toMatch(/^OSA_TRUSTED_PROXIES names no proxy/)
    expect(parseConfig({ ...production, OSA_TRUSTED_PROXIES: '10.0.0.1' }).warnings).toEqual([])
    expect(parseConfig({}).warnings).toEqual([])
  })

  test('http is accepted on loopback only', () => {
    expect(configOf({ OSA_PUBLIC_URL: 'http://127.0.0.1:8000' }).publicUrl?.origin).toBe('http://127.0.0.1:8000')
    expect(configOf({ OSA_PUBLIC_URL: 'http://[::1]:8000' }).publicUrl?.origin).toBe('http://[::1]:8000')
    for (const url of [
      'http://archive.example',
      'http://localhost.evil.example',
      'http://127.0.0.1.nip.io',
      'ftp://localhost',
    ]) {
      expect(problemsOf({ OSA_PUBLIC_URL: url })).toMatch(/^OSA_PUBLIC_URL /m)
    }
  })

  test('the idle lifetime must not exceed the absolute one, and the poll interval must not exceed the code lifetime', () => {
    expect(problemsOf({ OSA_REFRESH_IDLE_SECONDS: '200', OSA_REFRESH_ABSOLUTE_SECONDS: '100' })).toContain(
      'OSA_REFRESH_IDLE',
    )
    const slow = { OSA_DEVICE_POLL_INTERVAL_SECONDS: '60', OSA_DEVICE_CODE_LIFETIME_SECONDS: '30' }
    expect(problemsOf(slow)).toContain('OSA_DEVICE_POLL_INTERVAL_SECONDS')
  })

  test('the development sign-in is refused on any address but loopback', () => {
    expect(problemsOf({ HOST: '0.0.0.0' })).toContain('nobody could sign in')
    expect(problemsOf({ OSA_PUBLIC_URL: 'https://tunnel.example' })).toContain('OSA_ORCID_CLIENT_ID')
    expect(problemsOf({ HOST: '::1' })).toBe('')
  })

  test('a trusted proxy is refused with the development sign-in, since it lets in requests from other machines', () => {
    const problem = problemsOf({ OSA_TRUSTED_PROXIES: '127.0.0.1' })
    expect(problem).toMatch(/^OSA_TRUSTED_PROXIES must not be set while the development sign-in is on/)
    expect(problem).toContain('unset OSA_TRUSTED_PROXIES, or set OSA_ORCID_CLIENT_ID')
    expect(problemsOf({ ...production, OSA_TRUSTED_PROXIES: '127.0.0.1' })).toBe('')
  })

  test('an unknown OSA_ name gets a warning with the nearest known one; variables of the osa command do not', () => {
    const parsed = parseConfig({ OSA_SECRETS: 'x', OSA_TOKEN: 'x', OSA_ZZZZZZZZZZZZ: 'x', PATH: 'x' })
    expect(parsed.warnings).toEqual([
      'OSA_SECRETS is not a setting of this node and is ignored; did you mean OSA_SECRET?',
      'OSA_ZZZZZZZZZZZZ is not a setting of this node and is ignored',
    ])
  })

  test('L05 an administrator whose issuer is not configured gets a warning', () => {
    const parsed = parseConfig({ ...production, OSA_ADMINS: 'https://sandbox.orcid.org#0000-0002-1825-0097' })
    expect(parsed.warnings.join()).toContain('sandbox.orcid.org')
    const right = parseConfig({
      ...production,
      OSA_TRUSTED_PROXIES: '10.0.0.1',
      OSA_ADMINS: 'https://orcid.org#0000-0002-1825-0097',
    })
    expect(right.warnings).toEqual([])
  })
})

describe('L01, L06 production', () => {
  test('starts with a public https address, a secret and a provider', () => {
    expect(configOf(production)).toMatchObject({ production: true, identity: { development: false } })
  })

  const refused: [string, NodeJS.ProcessEnv, RegExp][] = [
    ['no public address', { OSA_PUBLIC_URL: '' }, /^OSA_PUBLIC_URL must be set/m],
    [
      'an http address, even on loopback',
      { OSA_PUBLIC_URL: 'http://localhost:8000' },
      /^OSA_PUBLIC_URL must be https/m,
    ],
    ['no secret', { OSA_SECRET: '' }, /^OSA_SECRET must be set/m],
    ['a short secret', { OSA_SECRET: Buffer.alloc(31, 'abcdefg').toString('base64url') }, /^OSA_SECRET must be 32/m],
    ['a secret that is not random', { OSA_SECRET: 'A'.repeat(43) }, /^OSA_SECRET is not random/m],
    ['a secret that is shared', { OSA_ORCID_CLIENT_SECRET: randomSecret }, /^OSA_SECRET must not be/m],
    ['no provider', { OSA_ORCID_CLIENT_ID: '', OSA_ORCID_CLIENT_SECRET: '' }, /identity provider is needed/m],
    ['an http provider', { OSA_ORCID_ISSUER: 'http://localhost:9' }, /^OSA_ORCID_ISSUER must be https/m],
    ['a poll interval below 5 s', { OSA_DEVICE_POLL_INTERVAL_SECONDS: '1' }, /^OSA_DEVICE_POLL_INTERVAL_SECONDS must/m],
    [
      'access tokens of more than an hour',
      { OSA_ACCESS_TOKEN_LIFETIME_SECONDS: '3601' },
      /^OSA_ACCESS_TOKEN_LIFETIME/m,
    ],
    ['device codes of more than 15 minutes', { OSA_DEVICE_CODE_LIFETIME_SECONDS: '901' }, /^OSA_DEVICE_CODE_LIFETIME/m],
    ['sessions of more than 90 days', { OSA_REFRESH_ABSOLUTE_SECONDS: '7776001' }, /^OSA_REFRESH_ABSOLUTE_SECONDS/m],
    ['fewer slots than two sources fill', { OSA_MAX_PENDING_CODES: '399' }, /^OSA_MAX_PENDING_CODES .* 400 to 20000/m],
    [
      'so many pending codes that a typing error uses up the guess budget',
      { OSA_MAX_PENDING_CODES: '20001' },
      /^OSA_MAX_PENDING_CODES/m,
    ],
    [
      'a start budget that runs out before the slots',
      { OSA_MAX_STARTS_PER_MINUTE: '1999' },
      /^OSA_MAX_STARTS_PER_MINUTE must not/m,
    ],
    ['no sign-ins', { OSA_MAX_SIGN_INS_PER_MINUTE: '0' }, /^OSA_MAX_SIGN_INS_PER_MINUTE/m],
    ['more waiting terminals than connections', { OSA_MAX_WAITING_TERMINALS: '2000' }, /^OSA_MAX_WAITING_TERMINALS/m],
    ['a grace window of more than 30 s', { OSA_REFRESH_REUSE_GRACE_SECONDS: '31' }, /^OSA_REFRESH_REUSE_GRACE/m],
  ]
  test.each(refused)('refuses %s', (_name, change, problem) => {
    expect(problemsOf({ ...production, ...change })).toMatch(problem)
  })
})

describe('D07 OSA_OIDC_FORM_ACTION_ORIGINS', () => {
  const oidc = { OSA_OIDC_ISSUER: 'https://idp.example', OSA_OIDC_CLIENT_ID: 'a', OSA_OIDC_CLIENT_SECRET: 'b' }

  test('is a list of bare origins, empty by default', () => {
    expect(configOf(oidc).identity.oidc?.formActionOrigins).toEqual([])
    const listed = configOf({ ...oidc, OSA_OIDC_FORM_ACTION_ORIGINS: 'https://a.example, https://b.example:8443,' })
    expect(listed.identity.oidc?.formActionOrigins).toEqual(['https://a.example', 'https://b.example:8443'])
  })

  test.each([
    'https://a.example/',
    'https://a.example/path',
    'http://a.example',
    'https://*.example',
    '*',
    "'unsafe-inline'",
    'https:',
    'https://a.example; script-src *',
    'https://a.example https://b.example',
    'https://A.example',
    'javascript:alert(1)',
    Array.from({ length: 21 }, (_, n) => `https://a${n}.example`).join(','),
  ])('is refused if it could add more than an origin to a policy: %s', (text) => {
    expect(problemsOf({ ...oidc, OSA_OIDC_FORM_ACTION_ORIGINS: text })).toMatch(/^OSA_OIDC_FORM_ACTION_ORIGINS must/m)
  })

  test('is refused without its provider, and must be https in production', () => {
    const alone = { OSA_OIDC_FORM_ACTION_ORIGINS: 'https://a.example' }
    expect(problemsOf(alone)).toContain('OSA_OIDC_ISSUER must be set too')
    const loopback = { ...production, ...oidc, OSA_OIDC_FORM_ACTION_ORIGINS: 'http://127.0.0.1:9' }
    expect(problemsOf(loopback)).toContain('OSA_OIDC_FORM_ACTION_ORIGINS must be https in production')
  })
})

describe('OSA_CLIENTS_FILE', () => {
  test('F15 a client id cannot be a UUID, the format of user ids', () => {
    const [grant_types, scope] = [['refresh_token'], 'profile']
    const text = JSON.stringify([
      { client_id: '123E4567-e89b-42d3-a456-426614174000', client_name: 'x', grant_types, scope },
    ])
    const parsed = parseConfig({ OSA_CLIENTS_FILE: 'clients.json' }, () => text)
    expect(parsed.ok ? '' : parsed.problems.join()).toContain('must not be a UUID')
  })

  const client = { client_id: 'tool', client_name: 'Tool', grant_types: ['refresh_token'], scope: 'profile' }
  const parse = (document: unknown) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document)
    return parseConfig({ OSA_CLIENTS_FILE: 'clients.json' }, () => text)
  }

  test('adds clients beside the built-in ones', () => {
    const parsed = parse([client, { ...client, client_id: 'rs', client_secret_sha256: 'a'.repeat(64) }])
    if (!parsed.ok) throw new Error(parsed.problems.join())
    expect([...parsed.config.clients.keys()]).toEqual(['osa-cli', 'osa-py', 'tool', 'rs'])
    expect(parsed.config.clients.get('rs')).toEqual({
      clientId: 'rs',
      clientName: 'Tool',
      grantTypes: ['refresh_token'],
      scope: ['profile'],
      clientSecretSha256: 'a'.repeat(64),
    })
  })

  test.each<[string, unknown, string]>([
    ['text that is not JSON', '{', 'is not JSON'],
    ['a built-in id', [{ ...client, client_id: 'osa-cli' }], 'osa-cli is already taken'],
    ['one id twice', [client, client], 'tool is already taken'],
    ['an unknown scope', [{ ...client, scope: 'root' }], '0.scope'],
    ['an unknown grant', [{ ...client, grant_types: ['password'] }], '0.grant_types'],
    ['a plain secret', [{ ...client, client_secret_sha256: 'hunter2' }], '0.client_secret_sha256'],
    ['an unknown key', [{ ...client, client_secret: 'x' }], 'client_secret'],
  ])('refuses %s', (_name, document, problem) => {
    const parsed = parse(document)
    expect(parsed.ok ? '' : parsed.problems.join()).toContain(problem)
    expect(JSON.stringify(parsed)).not.toContain('hunter2')
  })

  test('an unreadable file is a problem', () => {
    expect(problemsOf({ OSA_CLIENTS_FILE: '/nowhere/clients.json' })).toMatch(/^OSA_CLIENTS_FILE cannot be read/m)
  })
})

describe('DATABASE_URL', () => {
  test.each([
    'postgres://osa:50%Secret@127.0.0.1/d1',
    'postgres://osa:p@ss/w:o#r%d@host:5432/d1',
    'postgres://osa:p/Secret@host/d1',
    'postgres://osa:12/Secret@host/d1',
    'postgres://osa:12?Secret@host/d1',
    'postgres://osa:12#Secret@host/d1',
    'postgres://osa:Secret%zz@host/d1',
    'postgres://osa@host/d%Secret',
    'postgres://osa@host/d1?options=%Secret',
    'postgres://osa:Secret@[host/d1',
  ])('is refused if ambiguous, with the correct form and without quoting any of it: %s', (url) => {
    const problems = problemsOf({ DATABASE_URL: url })
    expect(problems).toMatch(/^DATABASE_URL must look like .* write % as %25/)
    expect(problems).not.toMatch(/Secret|p@ss|w:o/)
  })

  test.each([
    'postgres://osa:p%40ss%2Fw%3Ao%23r%25d@host:5432/d1',
    'postgresql://osa:p@ss@host/d1?sslmode=verify-full&sslrootcert=/etc/ca.pem',
    'postgres:///d1?host=/var/run/postgresql&user=osa&password=p@ss',
    'postgres://%2Fvar%2Frun%2Fpostgresql/d1',
    'postgres://osa@[::1]:5432/d1',
  ])('is accepted: %s', (url) => {
    expect(configOf({ DATABASE_URL: url }).database).toEqual({ databaseUrl: url })
  })
})
