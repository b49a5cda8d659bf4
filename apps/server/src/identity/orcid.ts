/** ORCID as an OpenID Connect provider: the form of its subjects, and where it sends names. */
import { claimedName, type DiscoveredProvider, oidcProvider, type TokenAnswer } from './oidc.ts'
import { signInFailure } from './sign-in-failure.ts'

/** Whether a text is an ORCID iD: sixteen digits in four groups with a valid ISO 7064 MOD 11-2 check character. */
export function isOrcidId(text: string): boolean {
  if (!/^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/.test(text)) return false
  const digits = text.replaceAll('-', '')
  const total = [...digits.slice(0, -1)].reduce((sum, digit) => (sum + Number(digit)) * 2, 0)
  const check = (12 - (total % 11)) % 11
  return digits.endsWith(check === 10 ? 'X' : String(check))
}

export interface OrcidSettings {
  readonly clientId: string
  readonly clientSecret: string
  readonly issuer: string
}

/** ORCID signs with RS256 and sends the iD as `sub` and as `orcid` in the token response; the two must agree (E14). */
export const orcidProvider = ({ clientId, clientSecret, issuer }: OrcidSettings, now: () => Date): DiscoveredProvider =>
  oidcProvider(
    {
      id: 'orcid',
      name: 'ORCID',
      issuer,
      clientId,
      clientSecret,
      scope: 'openid',
      idTokenAlgorithms: ['RS256'],
      personFrom,
    },
    now,
  )

function personFrom(answer: TokenAnswer) {
  const { claims, response } = answer
  if (!isOrcidId(claims.sub)) return signInFailure('rejected', 'the subject is not an ORCID iD')
  if (response.orcid !== undefined && response.orcid !== claims.sub) {
    return signInFailure('rejected', 'the token response is about another ORCID iD than the ID token')
  }
  const name = claimedName(answer) ?? (typeof response.name === 'string' ? response.name : null)
  return { subject: claims.sub, name }
}
