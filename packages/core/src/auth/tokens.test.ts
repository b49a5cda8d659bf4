import { base64url, decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { testAuth, testRequester, tokensOf } from '../testing/test-auth.ts'
import { isRefusal } from './refusal.ts'

const errorOf = (outcome: object) => (isRefusal(outcome) ? outcome.error : 'none')

describe('a refresh token', () => {
  test('G01 G17 RFC 9700 §4.14.2: each use returns a new token and retires the old one', async () => {
    const { logIn, refresh, clock } = testAuth()
    const first = await logIn()
    const second = tokensOf(await refresh(first.refresh_token))
    expect(second.refresh_token).not.toBe(first.refresh_token)
    clock.advance({ seconds: 31 })
    expect(errorOf(await refresh(first.refresh_token))).toBe('invalid_grant')
  })

  test('G02 G16 reuse of a retired token ends the family for good, and is audited without the token', async () => {
    const { logIn, refresh, clock, store } = testAuth()
    const first = await logIn()
    const second = tokensOf(await refresh(first.refresh_token))
    clock.advance({ seconds: 31 })
    expect(await refresh(first.refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'revoked' })
    expect(await refresh(second.refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'revoked' })
    const [event] = await store.listAuditEvents({ limit: 1, event: 'token.refresh_reuse' })
    expect(event).toMatchObject({ outcome: 'refused', ip: '192.0.2.7', familyId: expect.any(String) })
    expect(JSON.stringify(event)).not.toContain(first.refresh_token)
  })

  test('G03 G04 G05 repeats within the grace window get the same successor, even concurrent ones', async () => {
    const { logIn, refresh, clock } = testAuth()
    const first = await logIn()
    const answers = await Promise.all([1, 2, 3, 4].map(() => refresh(first.refresh_token)))
    expect(new Set(answers.map((answer) => tokensOf(answer).refresh_token)).size).toBe(1)
    clock.advance({ seconds: 30 })
    const late = tokensOf(await refresh(first.refresh_token))
    expect(errorOf(await refresh(late.refresh_token))).toBe('none')
  })

  test('G04 the window closes as soon as the successor is used', async () => {
    const { logIn, refresh } = testAuth()
    const first = await logIn()
    const second = tokensOf(await refresh(first.refresh_token))
    const third = tokensOf(await refresh(second.refresh_token))
    expect(errorOf(await refresh(first.refresh_token))).toBe('invalid_grant')
    expect(errorOf(await refresh(third.refresh_token))).toBe('invalid_grant')
  })

  test('G04 a successor is returned again ten times at most', async () => {
    const { logIn, refresh } = testAuth()
    const first = await logIn()
    for (let use = 0; use < 11; use++) expect(errorOf(await refresh(first.refresh_token))).toBe('none')
    expect(errorOf(await refresh(first.refresh_token))).toBe('invalid_grant')
  })

  test('G06 the absolute end is fixed at sign-in, and a refresh does not extend it', async () => {
    const { logIn, refresh, clock } = testAuth()
    let { refresh_token } = await logIn()
    for (let week = 0; week < 12; week++) {
      clock.advance({ seconds: 7 * 86_400 })
      refresh_token = tokensOf(await refresh(refresh_token)).refresh_token
    }
    clock.advance({ seconds: 6 * 86_400 })
    expect(await refresh(refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'expired' })
  })

  test('G07 a token that is not used for the idle time expires', async () => {
    const { logIn, refresh, clock } = testAuth()
    const { refresh_token } = await logIn()
    clock.advance({ seconds: 30 * 86_400 })
    expect(await refresh(refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'expired' })
  })

  test('G08 RFC 6749 §6: another client is refused, and the family stays valid', async () => {
    const { logIn, refresh, client } = testAuth()
    const { refresh_token } = await logIn()
    expect(errorOf(await refresh(refresh_token, { client: client('other-tool') }))).toBe('invalid_grant')
    expect(errorOf(await refresh(refresh_token))).toBe('none')
  })

  test('G09 RFC 6749 §6: a refresh may narrow the scope of an access token, never widen it, and the family keeps its scope', async () => {
    const { logIn, refresh } = testAuth()
    const first = await logIn()
    const narrow = tokensOf(await refresh(first.refresh_token, { scope: 'profile' }))
    expect(narrow.scope).toBe('profile')
    expect(decodeJwt(narrow.access_token)).toMatchObject({ scope: 'profile' })
    expect(errorOf(await refresh(narrow.refresh_token, { scope: 'profile admin' }))).toBe('invalid_scope')
    expect(await refresh(narrow.refresh_token)).toMatchObject({ scope: 'profile conventions:write' })
  })

  test('G12 a disabled person cannot refresh', async () => {
    const { logIn, refresh, auth, store, clock } = testAuth()
    const tokens = await logIn()
    const principal = tokensOf(await auth.authenticate(tokens.access_token))
    await store.transaction((tx) => tx.saveUser({ ...principal.user, disabledAt: clock.now() }))
    expect(errorOf(await refresh(tokens.refresh_token))).toBe('invalid_grant')
    expect(errorOf(await auth.authenticate(tokens.access_token))).toBe('invalid_token')
  })

  test('G13 each sign-in creates a separate family', async () => {
    const { logIn, refresh, clock } = testAuth()
    const [laptop, server] = [await logIn(), await logIn()]
    await refresh(laptop.refresh_token)
    clock.advance({ seconds: 31 })
    await refresh(laptop.refresh_token)
    expect(errorOf(await refresh(server.refresh_token))).toBe('none')
  })

  test('G14 reuse of a token that was retired long ago is still detected', async () => {
    const { logIn, refresh, clock } = testAuth()
    const first = await logIn()
    let latest = first
    for (let day = 0; day < 40; day++) {
      clock.advance({ seconds: 86_400 })
      latest = tokensOf(await refresh(latest.refresh_token))
    }
    expect(errorOf(await refresh(first.refresh_token))).toBe('invalid_grant')
    expect(errorOf(await refresh(latest.refresh_token))).toBe('invalid_grant')
  })
})

describe('an access token', () => {
  test('F01 F02 F08 F10 RFC 9068 §2: has exactly these header fields and claims', async () => {
    const { logIn } = testAuth()
    const { access_token } = await logIn()
    expect(decodeProtectedHeader(access_token)).toEqual({ typ: 'at+jwt', alg: 'ES256', kid: expect.any(String) })
    const claims = decodeJwt(access_token)
    expect(Object.keys(claims).sort()).toEqual(
      ['aud', 'auth_time', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sid', 'sub'].sort(),
    )
    expect(claims).toMatchObject({
      iss: 'https://archive.example',
      aud: 'https://archive.example',
      client_id: 'osa-cli',
    })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(900)
    expect(access_token.length).toBeLessThan(1_500)
  })

  test('F04 F05 F07 F17 RFC 8725: forged, altered, malformed and expired tokens all get invalid_token', async () => {
    const { logIn, auth, clock } = testAuth()
    const { access_token, refresh_token } = await logIn()
    const [header = '', payload = '', signature = ''] = access_token.split('.')
    const jwk = (await auth.publicKeys()).keys[0]
    const encode = (value: unknown) => base64url.encode(JSON.stringify(value))
    const claims = decodeJwt(access_token)
    const withHeader = (changes: object) =>
      `${encode({ ...decodeProtectedHeader(access_token), ...changes })}.${payload}.${signature}`
    const hmacWithPublicKey = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: jwk?.kid ?? '' })
      .sign(new TextEncoder().encode(JSON.stringify(jwk)))
    const forged = [
      hmacWithPublicKey,
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      withHeader({ alg: 'RS256' }),
      withHeader({ typ: 'JWT' }),
      withHeader({ crit: ['x'], x: 1 }),
      withHeader({ jwk }),
      ...['../../../dev/null', "' OR 1=1--", 'k'.repeat(10_000), '__proto__', undefined, 7].map((kid) =>
        withHeader({ kid }),
      ),
      `${header}.${encode({ ...claims, sub: 'someone-else' })}.${signature}`,
      `${header}.${payload}.AAAA`,
      `${header}.${payload}`,
      '..',
      '',
      refresh_token,
    ]
    for (const token of forged)
      expect(await auth.authenticate(token)).toMatchObject({ error: 'invalid_token', reason: 'unknown' })
    expect(await auth.authenticate(null)).toMatchObject({ error: 'invalid_token', reason: 'missing' })
    clock.advance({ seconds: 961 })
    expect(await auth.authenticate(access_token)).toMatchObject({ error: 'invalid_token', reason: 'expired' })
  })

  test('F09 a token from another deployment is refused', async () => {
    const here = testAuth()
    const there = testAuth({ policy: { ...here.deps.policy, publicUrl: 'https://staging.example' }, store: here.store })
    expect(errorOf(await here.auth.authenticate((await there.logIn()).access_token))).toBe('invalid_token')
  })

  test('F16 L05 a role given by configuration takes effect at once and ends with its entry', async () => {
    const grants = new Map([['https://orcid.example#carberry', 'admin' as const]])
    const { logIn, auth } = testAuth({
      roleGrants: ({ issuer, subject }) => grants.get(`${issuer}#${subject}`) ?? null,
    })
    const { access_token } = await logIn()
    expect(tokensOf(await auth.authenticate(access_token)).me.roles).toEqual(['admin'])
    grants.clear()
    expect(tokensOf(await auth.authenticate(access_token)).me.roles).toEqual(['user'])
  })

  test('F11 F12 keys are published without private parts; a new key is published before it signs', async () => {
    const { auth, deps, logIn, clock } = testAuth()
    const old = await logIn()
    const { insertSigningKey } = await import('./signing-keys.ts')
    await deps.store.transaction((tx) => insertSigningKey(deps, tx, new Date(clock.now().getTime() + 360_000)))
    clock.advance({ seconds: 60 })
    const { keys } = await auth.publicKeys()
    expect(keys).toHaveLength(2)
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    const before = decodeProtectedHeader((await logIn()).access_token).kid
    clock.advance({ seconds: 400 })
    const after = decodeProtectedHeader((await logIn()).access_token).kid
    expect(before).toBe(decodeProtectedHeader(old.access_token).kid)
    expect(after).not.toBe(before)
    expect(errorOf(await auth.authenticate(old.access_token))).toBe('none')
  })

  test('I04 under another OSA_SECRET the stored keys cannot be used, and the error names it', async () => {
    const here = testAuth()
    await here.logIn()
    const { deriveKeys } = await import('./keys.ts')
    const other = testAuth({ store: here.store, keys: deriveKeys(Buffer.alloc(32, 9), here.deps.random) })
    await expect(other.auth.publicKeys()).rejects.toThrow('another OSA_SECRET')
  })
})

describe('revocation and introspection', () => {
  test('H01 H02 H04 H05 RFC 7009 §2.1: revoking any token of a family ends it at once, including its access tokens', async () => {
    for (const pick of ['refresh_token', 'retired', 'access_token'] as const) {
      const { auth, logIn, refresh, client } = testAuth()
      const first = await logIn()
      const second = tokensOf(await refresh(first.refresh_token))
      const token = {
        refresh_token: second.refresh_token,
        retired: first.refresh_token,
        access_token: second.access_token,
      }[pick]
      const revoke = () => auth.revokeToken({ clients: [client('osa-cli')], token, requester: testRequester })
      await revoke()
      await revoke()
      expect(errorOf(await refresh(second.refresh_token))).toBe('invalid_grant')
      expect(await auth.authenticate(second.access_token)).toMatchObject({ error: 'invalid_token', reason: 'revoked' })
    }
  })

  test('H03 RFC 7009 §2.1: a token of another client and an unknown token are left alone', async () => {
    const { auth, logIn, refresh, client } = testAuth()
    const { refresh_token, access_token } = await logIn()
    for (const token of [refresh_token, access_token, 'nonsense', 'a.b.c']) {
      await auth.revokeToken({ clients: [client('other-tool')], token, requester: testRequester })
    }
    expect(errorOf(await refresh(refresh_token))).toBe('none')
  })

  test('H06 RFC 7662 §2.2: only a valid access token is active', async () => {
    const { auth, logIn, client } = testAuth()
    const { access_token, refresh_token } = await logIn()
    const introspect = (token: string) =>
      auth.introspectToken({ client: client('osa-cli'), token, requester: testRequester })
    expect(await introspect(access_token)).toMatchObject({ active: true, client_id: 'osa-cli', token_type: 'Bearer' })
    expect(await introspect(refresh_token)).toEqual({ active: false })
    await auth.revokeToken({ clients: [client('osa-cli')], token: refresh_token, requester: testRequester })
    expect(await introspect(access_token)).toEqual({ active: false })
  })
})

test('the first key of a node signs at once, even if making it takes time', async () => {
  let milliseconds = Date.parse('2026-01-01T00:00:00Z')
  const { auth } = testAuth({ now: () => new Date(milliseconds++) })
  expect((await auth.publicKeys()).keys).toHaveLength(1)
})

test('D30 a call with an access token updates the last use of its session, at most once a minute', async () => {
  const node = testAuth()
  const { auth, clock, store, logIn } = node
  const writes: Date[] = []
  const { noteCall } = store
  store.noteCall = async (call) => {
    writes.push(call.at)
    await noteCall(call)
  }
  clock.advance({ seconds: 50 * 60 })
  const signedInAt = clock.now()
  const tokens = await logIn('carberry')
  const call = async () => tokensOf(await auth.authenticate(tokens.access_token))
  const { user } = await call()
  expect(writes).toEqual([])
  // into the next hour without a refresh, since hours are shown
  clock.advance({ seconds: 800 })
  for (let second = 0; second < 60; second += 20) {
    await call()
    clock.advance({ seconds: 20 })
  }
  expect(writes).toHaveLength(1)
  await call()
  expect(writes).toHaveLength(2)
  const [session] = await auth.listSessions({ userId: user.id, currentSessionId: null })
  const hourOf = (at: Date) => Math.floor(at.getTime() / 3_600_000)
  expect(hourOf(signedInAt)).toBeLessThan(hourOf(clock.now()))
  expect(session?.last_used_at.getTime()).toBe(hourOf(clock.now()) * 3_600_000)
})

test('D30 a person can list and end their own sessions, but no others', async () => {
  const { auth, logIn, refresh } = testAuth()
  const [laptop, server, foreign] = [await logIn('carberry'), await logIn('carberry'), await logIn('ada')]
  const me = tokensOf(await auth.authenticate(laptop.access_token))
  const list = () => auth.listSessions({ userId: me.user.id, currentSessionId: me.sessionId })
  const sessions = await list()
  expect(sessions).toHaveLength(2)
  expect(sessions.filter(({ current }) => current)).toMatchObject([
    { client_name: 'OSA command line', device_name: 'laptop' },
  ])
  const end = (sessionId: string) => auth.revokeSession({ actor: me, sessionId, requester: testRequester })
  const other = sessions.find(({ current }) => !current)
  expect(await end(other?.id ?? '')).toBe('revoked')
  expect(await end(other?.id ?? '')).toBe('unknown')
  expect(await end(tokensOf(await auth.authenticate(foreign.access_token)).sessionId)).toBe('unknown')
  expect(await end('not-an-id')).toBe('unknown')
  expect(errorOf(await refresh(server.refresh_token))).toBe('invalid_grant')
  expect(errorOf(await refresh(laptop.refresh_token))).toBe('none')
  expect(await list()).toHaveLength(1)
})
