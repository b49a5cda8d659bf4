/** `/`: what this archive is and how to sign in. */
import { html } from 'hono/html'
import type { BrowserDependencies } from '../dependencies.ts'
import type { Page } from '../respond.ts'

export const landingPage = ({
  publicUrl,
  profile: { name, description },
}: Pick<BrowserDependencies, 'publicUrl' | 'profile'>): Page => ({
  title: 'Welcome',
  content: html`<section class="sheet">
<p class="eyebrow">Archive</p>
<h1>${name}</h1>
<p class="lead">${description ?? 'A quiet place for open data.'}</p>
<p>Researchers register their conventions here from the command line, under their own name.</p>
<p>The <a href="/conventions">conventions</a> describe what the archive accepts, field by field.</p>
<h2>Sign in from your terminal</h2>
<pre class="command"><span class="prompt" aria-hidden="true">$ </span>osa login ${publicUrl.origin}</pre>
<p>Your terminal shows a short code. Confirm it here, in any browser, and go back to your work.</p>
<div class="row"><a class="button" href="/device">Enter a code</a>
<a class="button plain" href="/account/sessions">Your terminals</a></div>
</section>`,
})
