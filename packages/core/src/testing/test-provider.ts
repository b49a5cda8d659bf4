/** An identity provider that verifies the subject in the callback's `code`, and denies or fails on request. */
import type { IdentityProvider } from '../auth/ports.ts'

/**
 * Returns the provider. `callbackFor` makes the callback to its `authorizationUrl`. The subject is the `code`, and the name is the subject with
 * a capital letter.
 */
export const testProvider = (now: () => Date, id = 'orcid'): IdentityProvider => ({
  id,
  name: id === 'orcid' ? 'ORCID' : id,
  issuer: `https://${id}.example`,
  origins: () => [`https://${id}.example`],
  async authorizationUrl({ state, switchAccount }) {
    const url = new URL(`https://${id}.example/authorize`)
    url.searchParams.set('state', state)
    if (switchAccount) url.searchParams.set('prompt', 'login')
    return url
  },
  async verifiedIdentity({ parameters }) {
    const error = parameters.get('error')
    if (error === 'access_denied') return { failure: 'denied', detail: 'the person refused' }
    if (error !== null) return { failure: 'unreachable', detail: error }
    const subject = parameters.get('code') ?? ''
    if (subject === '') return { failure: 'rejected', detail: 'no code' }
    const name = subject.slice(0, 1).toUpperCase() + subject.slice(1)
    return { issuer: `https://${id}.example`, subject, name, authTime: now() }
  },
})

/** Returns the parameters that the provider sends back. `answer` is the subject to sign in as, or an error. */
export const callbackFor = (authorizationUrl: URL, answer: { subject: string } | { error: string }): URLSearchParams =>
  new URLSearchParams({
    state: authorizationUrl.searchParams.get('state') ?? '',
    ...('subject' in answer ? { code: answer.subject } : answer),
  })
