/**
 * A convention: what records of one kind look like, what is computed from them, and what they are for. `conventionManifest` is what a
 * node takes; `conventionSource` is what an author writes, where an image may still have to be built.
 */
import { z } from 'zod'
import { across, haveOwnNames, isAscending } from './across.ts'
import { hook, hookSource, ingester, ingesterSource } from './container.ts'
import { docs } from './docs.ts'
import { metadataSchema } from './metadata-schema.ts'
import { isSlug, slugOf } from './slug.ts'
import { oneLine, readableText, wholeNumber } from './text.ts'

const maxFiles = 1_000_000
const maxFileBytes = 2 ** 50

export const fileRequirements = z
  .strictObject(
    {
      /** File name extensions with their dot, or media types. */
      accepted_types: z
        .array(
          z
            .string({ error: 'write a type as text' })
            .regex(/^(\.[A-Za-z0-9][A-Za-z0-9._-]{0,40}|[a-z0-9.+-]{1,60}\/[a-z0-9.+*-]{1,80})$/, {
              error: 'a type is an extension such as .cif or a media type such as chemical/x-cif',
            }),
          { error: 'list the accepted types (an empty list if there may be any)' },
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
    across({ path: ['max_count'], error: 'max_count is at least min_count' }),
  )

const title = oneLine('the title', 200).refine((text) => isSlug(slugOf(text)), {
  error: 'the title needs at least three letters or digits, the first of them a letter: its address is made from it',
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
    .max(100, { error: 'a convention has at most 100 hooks' })
    .refine(haveOwnNames, across({ error: 'two hooks have the same name' }))

/** What a node takes. Unknown keys are refused; absent optional parts may be null, as the original writes them. */
export const conventionManifest = z.strictObject(
  { ...shape, hooks: hooksOf(hook), ingester: ingester.nullable().optional() },
  { error: 'write a convention: {title, description, schema, file_requirements, hooks, docs}' },
)
/** A convention as a node keeps it. */
export interface ConventionManifest extends z.infer<typeof conventionManifest> {}
/** A convention as it may be sent: what has a default may be left out. */
export interface ConventionManifestInput extends z.input<typeof conventionManifest> {}

/** What an author writes: like a manifest, but a hook or ingester may name a build context instead of a release. */
export const conventionSource = z.strictObject(
  { ...shape, hooks: hooksOf(hookSource), ingester: ingesterSource.nullable().optional() },
  { error: 'write a convention: {title, description, schema, file_requirements, hooks, docs}' },
)
export type ConventionSource = z.infer<typeof conventionSource>
/** A convention as it is typed in a source file: what has a default may be left out. */
export type ConventionInput = z.input<typeof conventionSource>
