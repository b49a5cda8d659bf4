/** Puts the numbers and codes of a convention into words. */
import type { ConventionManifest, MetadataField } from '@osa/contract'
import { html } from 'hono/html'
import type { Html } from '../respond.ts'

const wholeNumbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })
const roughNumbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 })

/** "1 hook", "3 hooks", "no hooks". */
export const count = (number: number, what: string): string =>
  `${number === 0 ? 'no' : wholeNumbers.format(number)} ${what}${number === 1 ? '' : 's'}`

/** Shortens a text to at most `length` characters and an ellipsis, at the end of a word if possible. */
export function cut(text: string, length: number): string {
  const characters = [...text]
  if (characters.length <= length) return text
  const kept = characters.slice(0, length).join('')
  return `${kept.replace(/(?<=\S)\s+\S*$/, '')}…`
}

/** "50 MB", "50 MiB", "1.5 GiB", "900 bytes": decimal units for round decimal numbers, binary units otherwise. */
export function bytes(number: number): string {
  const isRound = (size: number): boolean =>
    number >= size && number < 1_000 * size && Number.isInteger((number * 10) / size)
  const unit = decimalSizes.find(([size]) => isRound(size)) ?? binarySizes.find(([size]) => number >= size)
  if (!unit) return count(number, 'byte')
  const [size, name] = unit
  return `${roughNumbers.format(number / size)} ${name}`
}

const decimalSizes = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const

const binarySizes = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
] as const

/** Turns Docker's "512m" into "512 MiB". */
export function memory(text: string): string {
  const [, number = '', unit = ''] = /^(\d+)([kmgt]?)$/i.exec(text) ?? []
  const size = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }[unit.toLowerCase()] ?? 1
  return number === '' ? text : bytes(Number(number) * size)
}

/** ".cif, .pdb or chemical/x-mmcif". */
const alternatives = (items: readonly string[]): string =>
  new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(items)

/** A sentence that says how many files a record has, of which types and how large. */
export function fileRequirements(required: ConventionManifest['file_requirements']): string {
  const { accepted_types, min_count, max_count, max_file_size } = required
  if (max_count === 0) return 'Records have no files.'
  const types = accepted_types.length === 0 ? 'of any type' : `of type ${alternatives(accepted_types)}`
  const each = max_count === 1 ? 'at most' : 'each of at most'
  return `${numberOfFiles(min_count, max_count)} ${types}, ${each} ${bytes(max_file_size)}.`
}

function numberOfFiles(least: number, most: number): string {
  if (least === most) return `Exactly ${count(most, 'file')}`
  return least === 0 ? `Up to ${count(most, 'file')}` : `${wholeNumbers.format(least)} to ${count(most, 'file')}`
}

/** How many values a field has. */
export const cardinality = { exactly_one: 'one', one_or_more: 'one or more', zero_or_more: 'any number' } as const

export const unitOf = ({ constraints }: MetadataField): string | undefined =>
  constraints && 'unit' in constraints ? constraints.unit : undefined

/** What the values of a field are restricted to; null without restrictions. */
export function constraintsOf({ constraints }: MetadataField): Html | null {
  switch (constraints?.type) {
    case 'number':
      return words([
        between(constraints.min_value, constraints.max_value),
        constraints.integer_only ? html`whole numbers only` : null,
      ])
    case 'text':
      return words([
        between(constraints.min_length, constraints.max_length, 'character'),
        matching(constraints.pattern),
      ])
    case 'url':
      return words([matching(constraints.pattern)])
    case 'term':
      return words([
        html`terms of <code>${constraints.ontology_srn}</code>`,
        constraints.root_term === undefined ? null : html`under <code>${constraints.root_term}</code>`,
      ])
    default:
      return null
  }
}

function between(least: number | undefined, most: number | undefined, what?: string): Html | null {
  const of = (number: number): string => (what ? ` ${what}${number === 1 ? '' : 's'}` : '')
  if (least === undefined) return most === undefined ? null : html`at most ${most}${of(most)}`
  if (most === undefined) return html`at least ${least}${of(least)}`
  return least === most ? html`exactly ${least}${of(least)}` : html`from ${least} to ${most}${of(most)}`
}

const matching = (pattern: string | undefined): Html | null =>
  pattern === undefined ? null : html`matching <code>${pattern}</code>`

function words(parts: readonly (Html | null)[]): Html | null {
  const known = parts.filter((part) => part !== null)
  return known.length === 0 ? null : html`${known.map((part, index) => html`${index === 0 ? '' : ', '}${part}`)}`
}
