/** `/conventions`: lists all conventions of the archive, a few lines for each. */
import type { ConventionSummary } from '@osa/contract'
import { html } from 'hono/html'
import type { Html, Page } from '../respond.ts'
import { count, cut } from './convention-words.ts'
import { day } from './parts.ts'

const shownDescriptionLength = 280

export const conventionsPage = ({
  conventions,
  publicUrl,
}: {
  conventions: readonly ConventionSummary[]
  publicUrl: URL
}): Page => ({
  title: 'Conventions',
  content: html`<section class="sheet">
<p class="eyebrow">What this archive accepts</p>
<h1>Conventions</h1>
<p>A convention describes what records of one kind must look like, which features are computed from them, and what they are for.</p>
${conventions.length === 0 ? none(publicUrl) : html`<ul class="catalogue">${conventions.map(entry)}</ul>`}
</section>`,
})

const none = ({ origin }: URL): Html => html`<p>No convention is registered here yet.</p>
<p class="faded">Publishers register theirs from a project folder:</p>
<pre class="command"><span class="prompt" aria-hidden="true">$ </span>osa login ${origin}
<span class="prompt" aria-hidden="true">$ </span>osa deploy</pre>`

const entry = ({ slug, title, description, schema_id, hooks, version, created_at }: ConventionSummary): Html =>
  html`<li><h2><a href="/conventions/${slug}">${title}</a></h2>
<p>${cut(description, shownDescriptionLength)}</p>
<p class="aside">${schema_id.id} ${schema_id.version} · ${count(hooks.length, 'hook')} · version ${version}, deployed on
${day(created_at)}</p></li>`
