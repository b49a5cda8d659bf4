/** `/conventions/{slug}`: one convention in full, for people who submit records or use them. */
import type { ConventionDetail, ConventionManifest } from '@osa/contract'
import { html } from 'hono/html'
import type { Html, Page } from '../respond.ts'
import { columnsTable, fieldsTable } from './convention-tables.ts'
import { count, fileRequirements, memory } from './convention-words.ts'
import { breakable, day, duration } from './parts.ts'

type Docs = ConventionManifest['docs']
type Hook = ConventionManifest['hooks'][number]

export function conventionPage({ convention, publicUrl }: { convention: ConventionDetail; publicUrl: URL }): Page {
  const { title, manifest, version, versions } = convention
  const newest = versions[0]?.version ?? version
  return {
    title: version === newest ? title : `${title}, version ${version}`,
    content: html`<article class="sheet folio">
<p class="eyebrow">Convention</p>
<h1>${title}</h1>
${version === newest ? '' : earlier(convention, newest)}
<p class="lead prose">${manifest.docs.purpose}</p>
<p class="prose">${manifest.description}</p>
${facts(convention, publicUrl)}
<h2>Fields</h2>
<p>Records have these fields, as defined by schema <code>${manifest.schema.id}</code> ${manifest.schema.version}.</p>
${fieldsTable(manifest.schema.fields)}
<h2>Files</h2>
<p>${fileRequirements(manifest.file_requirements)}</p>
<h2>Hooks</h2>
${manifest.hooks.length === 0 ? html`<p>Nothing is computed from these records.</p>` : manifest.hooks.map(hook)}
${ingester(manifest)}
${docs(manifest.docs)}
${history(convention)}
</article>`,
  }
}

const earlier = ({ slug, version }: ConventionDetail, newest: number): Html =>
  html`<div class="note"><p>This is version ${version}. The archive now uses
<a href="/conventions/${slug}">version ${newest}</a>.</p></div>`

/** Writes addresses out in full, so that a version can be cited, also from paper. */
function facts({ slug, version, created_at, content_hash, versions }: ConventionDetail, { origin }: URL): Html {
  const at = `/conventions/${slug}?version=${version}`
  const who = versions.find((line) => line.version === version)?.deployed_by
  return html`<dl class="facts">
<div><dt>Version</dt><dd>${version}, deployed on ${day(created_at)}${who ? html` by ${who}` : ''}</dd></div>
<div><dt>Content hash</dt><dd><code>sha256:${content_hash}</code></dd></div>
<div><dt>Address</dt><dd><a href="${at}">${origin}${at}</a></dd></div>
<div><dt>For programs</dt><dd><a href="/api/v1${at}">${origin}/api/v1${at}</a></dd></div>
</dl>`
}

const hook = ({ name, feature, limits, release }: Hook): Html => html`<h3><code>${breakable(name)}</code></h3>
<p>Computes ${feature.cardinality === 'one' ? 'one row' : 'any number of rows'} for each record.</p>
${feature.columns.length === 0 ? '' : columnsTable(name, feature.columns)}
${container({ limits, release })}`

/** The digest, and not a tag, decides which code runs. The page shows enough of it to compare by eye; the JSON has all of it. */
const container = ({ limits, release }: Pick<Hook, 'limits' | 'release'>): Html => html`<p class="faded">Image
<code>${release.image}</code>, digest <code>${release.digest.slice(0, 'sha256:'.length + 12)}…</code>; at most
${duration(limits.timeout_seconds)}, ${memory(limits.memory)} of memory and ${limits.cpu} processor
core${limits.cpu === '1' ? '' : 's'}.</p>`

const ingester = (manifest: ConventionManifest): Html | '' =>
  manifest.ingester
    ? html`<h2>Ingester</h2>
<p><code>${manifest.ingester.name}</code> collects records from other sources.</p>
${container(manifest.ingester)}`
    : ''

const docs = ({ example_questions, examples, when_not_to_use, see_also }: Docs): Html => html`
<h2>Questions these records can answer</h2>
<ul>${example_questions.map((question) => html`<li class="prose">${question}</li>`)}</ul>
<h2>${examples.length === 1 ? 'A worked example' : 'Worked examples'}</h2>
${examples.map(
  ({ question, query, interpretation }) => html`<h3 class="prose">${question}</h3>
<pre class="command">${query}</pre>
<p class="prose">${interpretation}</p>`,
)}
${when_not_to_use ? html`<h2>When not to use it</h2><p class="prose">${when_not_to_use}</p>` : ''}
${see_also && see_also.length > 0 ? html`<h2>See also</h2><ul>${see_also.map(reference)}</ul>` : ''}`

/** Links only to web pages over TLS; anything else stays text. */
const reference = (text: string): Html =>
  isWebAddress(text)
    ? html`<li><a href="${text}" rel="noreferrer">${text}</a></li>`
    : html`<li class="prose">${text}</li>`

function isWebAddress(text: string): boolean {
  if (!/^https:\/\/[^\s"'<>\\]+$/.test(text) || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === '' // a user name can make an address look like that of another site
}

const history = ({ slug, version, versions }: ConventionDetail): Html => html`<h2>Versions</h2>
<p>${count(versions.length, 'version')}. A version never changes and stays readable here.</p>
<ol class="versions" reversed>${versions.map(
  (line) =>
    html`<li value="${line.version}">${line.version === version ? html`<strong>Version ${line.version}</strong>, shown here` : html`<a href="/conventions/${slug}?version=${line.version}">Version ${line.version}</a>`},
${day(line.created_at)}${line.deployed_by ? html`, ${line.deployed_by}` : ''}
<span class="aside">schema ${line.schema_id.version}, <code>${line.content_hash.slice(0, 12)}</code></span></li>`,
)}</ol>`
