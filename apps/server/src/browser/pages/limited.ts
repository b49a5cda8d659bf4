/** Too many codes were tried: when to come back. */
import { html } from 'hono/html'
import type { Page } from '../respond.ts'
import { alert, duration } from './parts.ts'

export const limitedPage = (retryAfterSeconds: number): Page => ({
  title: 'Please wait a little',
  status: 429,
  headers: { 'Retry-After': String(retryAfterSeconds) },
  content: html`<section class="sheet">
<h1>Please wait a little</h1>
${alert('Too many codes were tried from here, so no code is accepted for now, not even a right one.')}
<p>This keeps others from guessing codes. Try again in about ${duration(Math.max(60, Math.ceil(retryAfterSeconds / 60) * 60))}; if your
code has run out by then, run the command in your terminal again for a new one.</p>
<p><a href="/device">Back to the code</a></p>
</section>`,
})
