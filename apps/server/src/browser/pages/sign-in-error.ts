/** The page for a failed sign-in: what happened, why, and what to do next. Every word is the node's own (D21). */
import { html } from 'hono/html'
import type { Page } from '../respond.ts'
import type { SignInOutcome } from '../sign-in-outcome.ts'
import { type Notice, noticePage } from './message.ts'

/** What to do next for both kinds of sign-in: to approve a terminal, and to see the list of terminals. */
const tryAgain = html`If a terminal is waiting, <a href="/device">enter its code again</a>. To see your terminals,
<a href="/account/sessions">sign in again</a>.`

export const signInErrorPage = ({ refused, providerName }: SignInOutcome): Page =>
  noticePage(explain(refused, providerName ?? 'the identity provider'))

function explain(refused: SignInOutcome['refused'], provider: string): Notice {
  switch (refused) {
    case 'denied':
      return {
        status: 403,
        title: 'You declined to sign in',
        what: `You declined at ${provider}, so you were not signed in and nothing was approved.`,
        next: 'If a terminal was waiting for this sign-in, it has been told. You can close this page and go back to your terminal. To sign in after all, run the command there again.',
      }
    case 'rejected':
      return {
        status: 502,
        title: 'The sign-in could not be verified',
        what: `The answer from ${provider} did not pass our checks, so you were not signed in.`,
        next: html`${tryAgain} If it happens again, tell the people who run this archive.`,
      }
    case 'malformed':
      return {
        status: 400,
        title: 'The sign-in came back incomplete',
        what: `Your browser came back from ${provider} without its answer, so you were not signed in.`,
        next: tryAgain,
      }
    case 'busy':
      return {
        status: 429,
        title: 'Too many sign-ins right now',
        what: 'Too many sign-ins were started within a minute, from your network or at this archive. You were not signed in.',
        next: html`Please wait a minute. ${tryAgain}`,
      }
    case 'unreachable':
      return {
        status: 503,
        title: 'The identity provider does not answer',
        what: `We could not reach ${provider}, or it did not answer in time, so you were not signed in.`,
        next: html`This is usually temporary. ${tryAgain}`,
      }
    case 'device_not_usable':
      return {
        status: 410,
        title: 'This code can no longer be used',
        what: 'The code you entered has expired, was already approved or denied, or was entered by someone else. Nothing was approved.',
        next: 'Run the command in your terminal again to get a new code.',
      }
    case 'account_disabled':
      return {
        status: 403,
        title: 'This account is disabled',
        what: 'The people who run this archive have disabled your account here, so you were not signed in.',
        next: 'If you think this is a mistake, contact them. You can close this page.',
      }
    case 'unknown_transaction':
      return {
        status: 400,
        title: 'This sign-in cannot be continued',
        what: 'It was not started in this browser in the last few minutes, or it has already ended. Nothing was approved here.',
        next: html`If a terminal is still waiting, <a href="/device">enter its code again</a>. If you have just declined at the identity provider,
you do not need to do anything: the terminal stops waiting when its code expires.`,
      }
  }
}
