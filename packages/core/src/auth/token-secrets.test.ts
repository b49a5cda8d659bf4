import { randomBytes } from 'node:crypto'
import { createLocalJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { memoryAuthStore } from '../testing/memory-store.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { testAuth, testRequester, tokensOf } from '../testing/test-auth.ts'
import type { PresentingClients } from './client.ts'
import { createAuth } from './create-auth.ts'
import { deriveKeys } from './keys.ts'
import { readRefreshToken, refreshTokenOf } from './refresh-token-text.ts'
import { isRefusal } from './refusal.ts'
import { type RefreshTokenSecret, sha256 } from './secret.ts'
import { createKeyRing } from './signing-keys.ts'
import type { AuthStore } from './store.ts'

describe('refresh tokens', () => {
  test('G10 RFC 6749 §10.10: first and rotated tokens alike are opaque, protected by a MAC of 256 bits, and have nothing in common', async () => {
    const { logIn, refresh, clock } = testAuth()
    const tokens: string[] = []
    for (let login = 0; login < 20; login++) {
      let { refresh_token } = await logIn()
      for (let use = 0; use < 10; use++) {
        tokens.push(refresh_token)
        refresh_token = tokensOf(await refresh(refresh_token)).refresh_token
      }
      clock.advance({ seconds: 60 })
    }
    expect(new Set(tokens).size).toBe(200)
    for (const token of tokens) expect(token).toMatch(/^[\w-]{91}$/)
    // random texts have few beginnings and ends in common; a counter, a time or a family id in them would show here
    expect(new Set(tokens.map((token) => token.slice(0, 2))).size).toBeGreaterThan(100)
    expect(new Set(tokens.map((token) => token.slice(-3))).size).toBeGreaterThan(150)
  })

  test('I03 no part of a token is ever stored, and neither the database nor the secret alone is enough to make one', async () => {
    const { store, written } = recordingStore()
    const { deps, logIn, refresh } = testAuth({ store })
    const first = (await logIn()).refresh_token
    const second = tokensOf(await refresh(first)).refresh_token
    expect(tokensOf(await refresh(first)).refresh_token, 'the window is open').toBe(second)
    const everything = written().join('\n')
    for (const token of [first, second]) {
      expect(everything).not.toContain(token)
      expect(everything).not.toContain(sha256(token as RefreshTokenSecret))
    }
    const family = { ...readRefreshToken(deps.keys, second), salt: /"salt":"([\w-]+)"/.exec(everything)?.[1] ?? '' }
    const { familyId: id = '', generation = 0, salt } = family
    expect(refreshTokenOf(deps.keys, { id, salt }, generation), 'both together are enough').toBe(second)
    const otherKeys = deriveKeys(randomBytes(32), randomBytes)
    expect(refreshTokenOf(otherKeys, { id, salt }, generation)).not.toBe(second)
    const forged = refreshTokenOf(deps.keys, { id, salt: 'another salt' }, generation)
    expect(await refresh(forged)).toMatchObject({ error: 'invalid_grant', reason: 'unknown' })
    expect(tokensOf(await refresh(second)).refresh_token, 'the session is unaffected').not.toBe(second)
  })

  test('I03 every altered token is refused without a query', async () => {
    const { deps, logIn } = testAuth()
    const token = (await logIn()).refresh_token
    const familyQueries = vi.spyOn(deps.store, 'findRefreshFamily')
    const oldTokenQueries = vi.spyOn(deps.store, 'findOldRefreshToken')
    const at = (position: number, letter: string) => token.slice(0, position) + letter + token.slice(position + 1)
    const altered = [...token].map((letter, position) => at(position, letter === 'A' ? 'B' : 'A'))
    // base64url leaves two bits of the last letter unused
    const lastLetters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].map((letter) =>
      at(90, letter),
    )
    for (const text of [
      ...altered,
      ...lastLetters,
      `${token}=`,
      `${token}A`,
      token.slice(1),
      '',
      'x'.repeat(91),
      'é'.repeat(43),
    ]) {
      if (text === token) continue
      const clients = [...deps.clients.values()] as unknown as PresentingClients
      const outcome = await createAuth(deps).exchangeRefreshToken({
        clients,
        refreshToken: text,
        requester: testRequester,
      })
      expect(outcome).toMatchObject({ error: 'invalid_grant', reason: 'unknown' })
    }
    expect(familyQueries).not.toHaveBeenCalled()
    expect(oldTokenQueries).not.toHaveBeenCalled()
  })
})

describe('access tokens', () => {
  test.each([
    ['ES256', { kty: 'EC', crv: 'P-256' }],
    ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
    ['RS256', { kty: 'RSA' }],
  ] as const)(
    'F03 RFC 9068 §2.1: a token signed with %s can be verified with the published key set',
    async (algorithm, kind) => {
      const defaults = testAuth().deps.policy
      const { auth, logIn } = testAuth({ policy: { ...defaults, signingAlgorithm: algorithm } })
      const { access_token } = await logIn()
      const keySet = await auth.publicKeys()
      expect(keySet.keys).toMatchObject([{ ...kind, alg: algorithm, use: 'sig' }])
      const modulusBits = Buffer.from(keySet.keys[0]?.n ?? '', 'base64url').length * 8
      expect(modulusBits).toBe(algorithm === 'RS256' ? 3072 : 0)
      const options = { issuer: defaults.publicUrl, audience: defaults.publicUrl, typ: 'at+jwt' }
      const currentDate = new Date('2026-01-01T00:00:01Z')
      const { protectedHeader } = await jwtVerify(access_token, createLocalJWKSet(keySet), { ...options, currentDate })
      expect(protectedHeader.alg).toBe(algorithm)
    },
  )

  test('F06 RFC 8725 §3.9: a key in a token or at its address is never used or fetched, and an unknown crit is refused', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const { auth, deps, logIn } = testAuth()
    const { access_token } = await logIn()
    const claims = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString())
    const { kid, alg = '' } = decodeProtectedHeader(access_token)
    const attacker = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(attacker.publicKey)
    const pointers = [
      { jwk },
      { jku: 'https://evil.example/keys' },
      { x5u: 'https://evil.example/chain' },
      { x5c: ['MIIB'] },
    ]
    for (const pointer of pointers) {
      for (const named of [{ kid: kid ?? '' }, {}, { kid: 'https://evil.example/keys' }]) {
        const header = { alg, typ: 'at+jwt', ...named, ...pointer }
        const forged = await new SignJWT(claims).setProtectedHeader(header).sign(attacker.privateKey)
        expect(await auth.authenticate(forged)).toMatchObject({ error: 'invalid_token', reason: 'unknown' })
      }
    }
    const { key } = await createKeyRing(deps).signer()
    const sign = (header: object, crit: { [name: string]: boolean }) =>
      new SignJWT(claims).setProtectedHeader({ alg, typ: 'at+jwt', kid: kid ?? '', ...header }).sign(key, { crit })
    expect(isRefusal(await auth.authenticate(await sign({}, {}))), 'signed with the node’s own key').toBe(false)
    const critical = await sign({ crit: ['lasting'], lasting: true }, { lasting: true })
    expect(await auth.authenticate(critical)).toMatchObject({ error: 'invalid_token', reason: 'unknown' })
    expect(fetched).not.toHaveBeenCalled()
  })

  test('F15 RFC 9068 §5: sub is the same at each sign-in, is not a client id, and is never reused', async () => {
    const random = seededRandom(15)
    const here = testAuth({ random })
    const subOf = async (node: ReturnType<typeof testAuth>, subject: string) =>
      tokensOf(await node.auth.authenticate((await node.logIn(subject)).access_token)).user.id
    const carberry = await subOf(here, 'carberry')
    expect(await subOf(here, 'carberry')).toBe(carberry)
    expect(await subOf(here, 'ada')).not.toBe(carberry)
    expect(here.deps.clients.has(carberry)).toBe(false)
    // a person whom the node has deleted gets a new sub: it is not derived from the ORCID iD
    expect(await subOf(testAuth({ random }), 'carberry')).not.toBe(carberry)
  })
})

/** Returns a memory store, and everything that was written to it as JSON. */
function recordingStore() {
  const inner = memoryAuthStore()
  const lines: string[] = []
  const note =
    <Args extends unknown[], T>(write: (...args: Args) => T) =>
    (...args: Args): T => {
      lines.push(JSON.stringify(args))
      return write(...args)
    }
  const store: AuthStore = {
    ...inner,
    startDeviceAuthorization: note(inner.startDeviceAuthorization),
    movePolled: note(inner.movePolled),
    redeemDeviceAuthorization: note(inner.redeemDeviceAuthorization),
    moveRefreshFamily: note(inner.moveRefreshFamily),
    transaction: (work) =>
      inner.transaction((tx) => {
        const recording = new Proxy(tx, {
          get: (target, name: keyof typeof tx) =>
            /^(insert|save|append)/.test(name)
              ? (...rows: unknown[]) => {
                  lines.push(JSON.stringify(rows))
                  return (target[name] as (...rows: unknown[]) => unknown)(...rows)
                }
              : target[name],
        })
        return work(recording)
      }),
  }
  return { store, written: () => lines }
}
