/** A sign-in that did not happen: what happened, why, and a way on. Every word is the node's own (D21). */
import { html } from 'hono/html'
import type { Page } from '../respond.ts'
import type { SignInOutcome } from '../sign-in-outcome.ts'
import { type Notice, noticePage } from './notice.ts'

/** The way on for both kinds of sign-in: for a terminal, and to see one's terminals. */
const tryAgain = html`A terminal that waits goes on waiting: <a href="/device">enter its code again</a>. To see your terminals,
<a href="/account/sessions">sign in again</a>.`

export const signInErrorPage = ({ refused, providerName }: SignInOutcome): Page =>
  noticePage(explain(refused, providerName ?? 'the identity provider'))

function explain(refused: SignInOutcome['refused'], provider: string): Notice {
  switch (refused) {
    case 'denied':
      return {
        status: 403,
        title: 'You declined to sign in',
        what: `You said no at ${provider}, so nobody was signed in and nothing was approved.`,
        next: 'If a terminal was waiting for this, it has been told. You can close this page and go back to it; to sign in after all, run the command there again.',
      }
    case 'rejected':
      return {
        status: 502,
        title: 'The sign-in could not be verified',
        what: `The answer of ${provider} did not pass our checks, so nobody was signed in.`,
        next: html`${tryAgain} If it happens again, tell the people who run this archive.`,
      }
    case 'malformed':
      return {
        status: 400,
        title: 'The sign-in came back incomplete',
        what: `Your browser came back from ${provider} without its answer, so nobody was signed in.`,
        next: tryAgain,
      }
    case 'busy':
      return {
        status: 429,
        title: 'Too many sign-ins just now',
        what: 'More sign-ins were begun from your network, or at this archive, than it takes in a minute. Nobody was signed in.',
        next: html`Please wait a minute. ${tryAgain}`,
      }
    case 'unreachable':
      return {
        status: 503,
        title: 'The identity provider does not answer',
        what: `We could not reach ${provider}, or it did not answer in time, so nobody was signed in.`,
        next: html`This usually passes. ${tryAgain}`,
      }
    case 'device_not_usable':
      return {
        status: 410,
        title: 'This code is no longer waiting',
        what: 'The code you entered has run out, was decided already, or is in somebody else’s hands. Nothing was approved.',
        next: 'Run the command in your terminal again: it shows a new code.',
      }
    case 'account_disabled':
      return {
        status: 403,
        title: 'This account is disabled',
        what: 'The people who run this archive have disabled your account here, so you were not signed in.',
        next: 'If you think that is a mistake, write to them. You can close this page.',
      }
    case 'unknown_transaction':
      return {
        status: 400,
        title: 'This sign-in cannot be continued',
        what: 'It is not one that was begun in this browser in the last minutes, or it was used already. Nothing was approved here.',
        next: html`A terminal that still waits can be signed in: <a href="/device">enter its code again</a>. If you have just declined at the
identity provider, there is nothing to do: the terminal gives up by itself when its code runs out.`,
      }
  }
}
