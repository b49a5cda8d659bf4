/** The sessions of a scripted node: rotating refresh tokens, a grace for repeats, reuse detection, and access tokens. */
import { randomBytes } from 'node:crypto'
import { LostAnswer } from './fake-http.ts'
import { FakeRefusal } from './fake-procedures.ts'

/** A session: its current refresh token, and those that it replaced. */
export interface Family {
  refreshToken: string
  retired: { refreshToken: string; successor: string; atMs: number }[]
  revoked: boolean
}

/** How sessions behave. Read at each use, because tests change it. */
export interface SessionScript {
  readonly accessTtl: number | undefined
  readonly reuseGraceMs: () => number
}

/** Returns 24 random bytes as text, after a prefix for the kind of secret. */
export const secret = (prefix: string): string => `${prefix}_${randomBytes(24).toString('base64url')}`

/** Returns a refusal as the output of a procedure. */
export const refuse = (error: string): object => ({ error, error_description: 'As scripted.' })

export class FakeSessions {
  readonly families: Family[] = []
  readonly accessTokens = new Map<string, { expiresAtMs: number; family: Family }>()
  /** Whether the answer of the next refresh is lost, after it has rotated. */
  losesNextRefresh = false
  readonly #script: SessionScript

  constructor(script: SessionScript) {
    this.#script = script
  }

  begin(): Family {
    const family: Family = { refreshToken: secret('rt'), retired: [], revoked: false }
    this.families.push(family)
    return family
  }

  newAccessToken(family: Family, lifetimeSeconds: number): string {
    const accessToken = secret('at')
    this.accessTokens.set(accessToken, { expiresAtMs: Date.now() + lifetimeSeconds * 1000, family })
    return accessToken
  }

  /** Returns the token response of a session, with a new access token. */
  tokens(family: Family): object {
    const expires_in = this.#script.accessTtl ?? 900
    return {
      access_token: this.newAccessToken(family, expires_in),
      refresh_token: family.refreshToken,
      token_type: 'Bearer',
      expires_in,
      scope: 'profile conventions:write',
    }
  }

  /** Returns a node's code for what is wrong with an access token; null if nothing is. */
  tokenError(accessToken: string | null): string | null {
    if (accessToken === null) return 'missing_token'
    const token = this.accessTokens.get(accessToken)
    if (!token || token.family.revoked) return 'invalid_token'
    return token.expiresAtMs > Date.now() ? null : 'token_expired'
  }

  refresh(presented: string): object {
    const ended = (reason: string): object => ({ ...refuse('invalid_grant'), reason })
    const graceMs = this.#script.reuseGraceMs()
    const family = this.families.find(
      (one) => one.refreshToken === presented || one.retired.some((old) => old.refreshToken === presented),
    )
    if (!family) return ended('unknown')
    if (family.revoked) return ended('revoked')
    if (family.refreshToken === presented) {
      const successor = secret('rt')
      family.retired.push({ refreshToken: presented, successor, atMs: Date.now() })
      family.refreshToken = successor
    } else {
      const old = family.retired.find((one) => one.refreshToken === presented)
      const isRepeat = old?.successor === family.refreshToken && Date.now() - old.atMs <= graceMs
      if (!isRepeat) {
        family.revoked = true
        return ended('revoked')
      }
    }
    const tokens = this.tokens(family)
    if (!this.losesNextRefresh) return tokens
    this.losesNextRefresh = false
    throw new LostAnswer()
  }

  end(presented: string): object {
    for (const family of this.families) if (family.refreshToken === presented) family.revoked = true
    return { ended: true }
  }

  /** Returns the id of a session, as `session.list` shows it. */
  idOf(family: Family): string {
    return `0000000${this.families.indexOf(family)}-0000-4000-8000-000000000000`
  }

  list(own: Family | undefined): object[] {
    const at = new Date(Date.now() - 7_200_000)
    return this.families
      .filter((family) => !family.revoked)
      .map((family, index) => ({
        id: this.idOf(family),
        client_id: 'osa-cli',
        client_name: 'OSA command line',
        device_name: `laptop ${index}`,
        scope: 'profile',
        ip: '127.0.0.1',
        created_at: at,
        last_used_at: at,
        expires_at: new Date(Date.now() + 30 * 86_400_000),
        current: family === own,
        approval: 'typed',
      }))
  }

  revoke(id: string): object {
    const family = this.families.find((one) => this.idOf(one) === id && !one.revoked)
    if (!family) throw new FakeRefusal('NOT_FOUND', 404, 'There is no such session.')
    family.revoked = true
    return { revoked: true }
  }
}
