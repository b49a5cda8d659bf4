/** The metadata of a convention's records: fields, each with a type, a cardinality and constraints on its values. */
import { z } from 'zod'
import { crossField, haveUniqueNames, isAscending, part } from './cross-field.ts'
import { oneLine, readableText, wholeNumber } from './text.ts'

export const fieldTypes = ['text', 'number', 'date', 'boolean', 'term', 'url'] as const
export const fieldCardinalities = ['exactly_one', 'one_or_more', 'zero_or_more'] as const

const finite = (what: string) => z.number({ error: `${what} must be a number` })
const pattern = readableText('the pattern', 500).refine(isRegularExpression, {
  error: 'the pattern is not a regular expression',
})

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    // a pattern that does not compile is what this function reports
    return false
  }
}

const unit = oneLine('the unit', 40)
const length = wholeNumber('a length', 0, 1_000_000)

/** Constraints on the values of a field. `unit` is a symbol for people to read: `Å`, `K`, `mg/mL`. */
export const fieldConstraints = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('text'),
      min_length: length.optional(),
      max_length: length.optional(),
      pattern: pattern.optional(),
      unit: unit.optional(),
    }),
    z.strictObject({
      type: z.literal('number'),
      min_value: finite('min_value').optional(),
      max_value: finite('max_value').optional(),
      integer_only: z.boolean({ error: 'integer_only must be true or false' }).optional(),
      unit: unit.optional(),
    }),
    z.strictObject({
      type: z.literal('term'),
      ontology_srn: readableText('the ontology', 300),
      root_term: readableText('the root term', 300).optional(),
    }),
    z.strictObject({ type: z.literal('url'), pattern: pattern.optional() }),
    z.strictObject({ type: z.literal('date') }),
    z.strictObject({ type: z.literal('boolean') }),
  ],
  { error: `constraints need a type: ${fieldTypes.join(', ')}` },
)

/** Returns the type of a field's constraints; undefined without one. */
const constrainedType = (field: unknown): unknown => part(part(field, 'constraints'), 'type')
const hasAscending = (field: unknown, type: string, leastKey: string, mostKey: string): boolean =>
  constrainedType(field) !== type || isAscending(part(field, 'constraints'), leastKey, mostKey)

export const metadataField = z
  .strictObject(
    {
      // capitals are allowed, because the original sends the names of Python attributes, such as pH
      name: z.string({ error: 'write a field name' }).regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, {
        error: 'a field name must be a letter, then letters, digits and _, such as resolution',
      }),
      type: z.enum(fieldTypes, { error: `a field's type must be one of ${fieldTypes.join(', ')}` }),
      required: z.boolean({ error: 'required must be true or false' }),
      cardinality: z.enum(fieldCardinalities, {
        error: `a field's cardinality must be one of ${fieldCardinalities.join(', ')}`,
      }),
      description: readableText('the description', 2_000).optional(),
      constraints: fieldConstraints.optional(),
      /** Example values for readers; the original sends them if the author wrote some. */
      examples: z
        .array(oneLine('the example', 500), { error: 'list examples as text' })
        .max(50, { error: 'list at most 50 examples' })
        .optional(),
    },
    { error: 'write a field: {name, type, required, cardinality}' },
  )
  .refine(
    (field) => {
      const types = [part(field, 'type'), constrainedType(field)]
      return types[0] === types[1] || !types.every((type) => fieldTypes.some((known) => known === type))
    },
    crossField({ path: ['constraints', 'type'], error: "the constraints' type must be the field's own type" }),
  )
  .refine(
    (field) => part(field, 'type') !== 'term' || part(field, 'constraints') !== undefined,
    crossField({
      path: ['constraints'],
      error: 'a term needs constraints that name its ontology: {type: "term", ontology_srn}',
    }),
  )
  .refine(
    (field) => hasAscending(field, 'number', 'min_value', 'max_value'),
    crossField({ path: ['constraints', 'max_value'], error: 'max_value must be at least min_value' }),
  )
  .refine(
    (field) => hasAscending(field, 'text', 'min_length', 'max_length'),
    crossField({ path: ['constraints', 'max_length'], error: 'max_length must be at least min_length' }),
  )
export type MetadataField = z.infer<typeof metadataField>

/** A version such as `1.2.3`, optionally with SemVer's pre-release and build parts (semver.org, 2.0.0). */
export const semanticVersion = z
  .string({ error: 'write a version such as 1.0.0' })
  .max(64)
  .regex(/^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, {
    error: 'a version must be three numbers such as 1.0.0',
  })

export const metadataSchema = z.strictObject(
  {
    id: z.string({ error: 'write an id' }).regex(/^[a-z][a-z0-9-]{2,63}$/, {
      error: 'a schema id must be 3 to 64 lower-case letters, digits and -, such as pdb-structure',
    }),
    version: semanticVersion,
    fields: z
      .array(metadataField, { error: 'list the fields' })
      .min(1, { error: 'a schema needs at least one field' })
      .max(500, { error: 'a schema can have at most 500 fields' })
      .refine(haveUniqueNames, crossField({ error: 'two fields have the same name' })),
  },
  { error: 'write schema: {id, version, fields}' },
)
