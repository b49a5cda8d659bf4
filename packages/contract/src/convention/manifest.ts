/**
 * A convention describes records of one kind: their metadata and files, the features computed from them, and their purpose. A node accepts a
 * `conventionManifest`; an author writes a `conventionSource`, whose images may still have to be built.
 */
import { z } from 'zod'
import { hook, hookSource, ingester, ingesterSource } from './container.ts'
import { crossField, haveUniqueNames, isAscending } from './cross-field.ts'
import { docs } from './docs.ts'
import { metadataSchema } from './metadata-schema.ts'
import { isSlug, slugOf } from './slug.ts'
import { oneLine, readableText, wholeNumber } from './text.ts'

const maxFiles = 1_000_000
const maxFileBytes = 2 ** 50

export const fileRequirements = z
  .strictObject(
    {
      /** File name extensions with the dot, or media types. */
      accepted_types: z
        .array(
          z
            .string({ error: 'write a type as text' })
            .regex(/^(\.[A-Za-z0-9][A-Za-z0-9._-]{0,40}|[a-z0-9.+-]{1,60}\/[a-z0-9.+*-]{1,80})$/, {
              error: 'a type must be an extension such as .cif or a media type such as chemical/x-cif',
            }),
          { error: 'list the accepted types (an empty list accepts all)' },
        )
        .max(200, { error: 'list at most 200 types' }),
      min_count: wholeNumber('min_count', 0, maxFiles),
      max_count: wholeNumber('max_count', 0, maxFiles),
      /** Bytes. */
      max_file_size: wholeNumber('max_file_size (bytes)', 1, maxFileBytes),
    },
    { error: 'write file_requirements: {accepted_types, min_count, max_count, max_file_size}' },
  )
  .refine(
    (required) => isAscending(required, 'min_count', 'max_count'),
    crossField({ path: ['max_count'], error: 'max_count must be at least min_count' }),
  )

const title = oneLine('the title', 200).refine((text) => isSlug(slugOf(text)), {
  error: 'the title needs at least three letters or digits, the first of them a letter: the address is made from it',
})

const shape = {
  title,
  description: readableText('the description', 10_000),
  schema: metadataSchema,
  file_requirements: fileRequirements,
  docs,
}
const hooksOf = <Hook extends z.ZodType<{ name: string }>>(one: Hook) =>
  z
    .array(one, { error: 'list the hooks (an empty list if there are none)' })
    .max(100, { error: 'a convention can have at most 100 hooks' })
    .refine(haveUniqueNames, crossField({ error: 'two hooks have the same name' }))

/** The convention that a node accepts. Unknown keys are refused. Absent optional parts may be null, as the original sends them. */
export const conventionManifest = z.strictObject(
  { ...shape, hooks: hooksOf(hook), ingester: ingester.nullable().optional() },
  { error: 'write a convention: {title, description, schema, file_requirements, hooks, docs}' },
)
/** A convention as a node stores it. */
export interface ConventionManifest extends z.infer<typeof conventionManifest> {}
/** A convention as it may be sent: parts with a default may be left out. */
export interface ConventionManifestInput extends z.input<typeof conventionManifest> {}

/** The convention that an author writes: like a manifest, but a hook or ingester may have a build instead of a release. */
export const conventionSource = z.strictObject(
  { ...shape, hooks: hooksOf(hookSource), ingester: ingesterSource.nullable().optional() },
  { error: 'write a convention: {title, description, schema, file_requirements, hooks, docs}' },
)
export type ConventionSource = z.infer<typeof conventionSource>
/** A convention as it is written in a source file: parts with a default may be left out. */
export type ConventionInput = z.input<typeof conventionSource>
