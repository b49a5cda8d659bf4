/** An identity provider that vouches for whoever the callback's `code` names, and denies or fails when told to. */
import type { IdentityProvider } from '../auth/ports.ts'

/**
 * `authorizationUrl` leads to `https://identity.example/`; its callback is made by `callbackFor`. The subject is the `code`, the
 * name the subject with a capital letter.
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
    if (error === 'access_denied') return { failure: 'denied', detail: 'the person said no' }
    if (error !== null) return { failure: 'unreachable', detail: error }
    const subject = parameters.get('code') ?? ''
    if (subject === '') return { failure: 'rejected', detail: 'no code' }
    const name = subject.slice(0, 1).toUpperCase() + subject.slice(1)
    return { issuer: `https://${id}.example`, subject, name, authTime: now() }
  },
})

/** What the provider sends back: `answer` is a subject to sign in as, or an error. */
export const callbackFor = (authorizationUrl: URL, answer: { subject: string } | { error: string }): URLSearchParams =>
  new URLSearchParams({
    state: authorizationUrl.searchParams.get('state') ?? '',
    ...('subject' in answer ? { code: answer.subject } : answer),
  })
