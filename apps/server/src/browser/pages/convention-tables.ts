/** The tables of a convention: the fields of a record, and the columns that a hook computes. */
import type { ConventionManifest, MetadataField } from '@osa/contract'
import { html } from 'hono/html'
import type { Html } from '../respond.ts'
import { cardinality, constraintsOf, unitOf } from './convention-words.ts'
import { breakable, nothing, scrolling } from './parts.ts'

type Column = ConventionManifest['hooks'][number]['feature']['columns'][number]

const yesOrNo = (yes: boolean): string => (yes ? 'yes' : 'no')

export const fieldsTable = (fields: readonly MetadataField[]): Html =>
  scrolling(
    'Fields',
    html`<table>
<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Unit</th><th scope="col">Required</th>
<th scope="col">How many</th><th scope="col">Allowed values</th><th scope="col">Description</th></tr></thead>
<tbody>${fields.map(fieldRow)}</tbody>
</table>`,
  )

const fieldRow = (field: MetadataField): Html =>
  html`<tr><th scope="row"><code>${breakable(field.name)}</code></th><td>${field.type}</td><td>${unitOf(field) ?? nothing}</td>
<td>${yesOrNo(field.required)}</td><td>${cardinality[field.cardinality]}</td><td class="rules">${constraintsOf(field) ?? nothing}</td>
<td class="prose">${descriptionOf(field)}</td></tr>`

/** The author's description of a field, followed by example values. */
function descriptionOf({ description, examples = [] }: MetadataField): Html | string {
  if (examples.length === 0) return description ?? nothing
  const shown = html`<span class="faded">For example: ${examples.join(', ')}</span>`
  return description === undefined ? shown : html`${description}\n${shown}`
}

export const columnsTable = (hook: string, columns: readonly Column[]): Html =>
  scrolling(
    `Columns of ${hook}`,
    html`<table>
<thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">Unit</th><th scope="col">Required</th>
<th scope="col">Description</th></tr></thead>
<tbody>${columns.map(columnRow)}</tbody>
</table>`,
  )

const columnRow = ({ name, json_type, format, unit, required, description }: Column): Html =>
  html`<tr><th scope="row"><code>${breakable(name)}</code></th><td>${json_type}${format ? ` (${format})` : ''}</td>
<td>${unit ?? nothing}</td><td>${yesOrNo(required)}</td><td class="prose">${description ?? nothing}</td></tr>`
