/** What runs in containers for a convention: hooks, which compute features of records, and an ingester, which brings records in. */
import { z } from 'zod'
import { across, haveOwnNames, part } from './across.ts'
import { oneLine, readableText, wholeNumber } from './text.ts'

/** A value that JSON can carry. Of bounded depth: `checkConvention` looks at that before any schema. */
const jsonValue = z.custom<z.core.util.JSONType>(isJson, { error: 'write a value that JSON can carry' })
function isJson(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isJson)
  return value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
}

export const jsonConfig = z.record(z.string().max(200), jsonValue, { error: 'config is an object' })

export const limits = z.strictObject(
  {
    timeout_seconds: wholeNumber('timeout_seconds', 1, 604_800),
    memory: z
      .string({ error: 'write memory as text, such as "512m"' })
      .regex(/^[1-9]\d{0,9}[kmgt]?$/i, { error: 'memory is a number with k, m or g, such as 512m' }),
    cpu: z
      .string({ error: 'write cpu as text, such as "0.5"' })
      .regex(/^(?!0+(\.0+)?$)\d{1,4}(\.\d{1,3})?$/, { error: 'cpu is a number of cores as text, such as "0.5"' }),
  },
  { error: 'write limits: {timeout_seconds, memory, cpu}' },
)

/** An image that was pushed. The digest pins it: a tag alone can be moved to other code. */
export const release = z.strictObject(
  {
    image: readableText('the image', 500).regex(/^[a-z0-9][a-zA-Z0-9._:/@-]*$/, {
      error: 'image is a reference such as ghcr.io/group/hook:1.0.0',
    }),
    digest: z.string({ error: 'write the digest that the registry gave: sha256:…' }).regex(/^sha256:[0-9a-f]{64}$/, {
      error: 'digest is sha256: and 64 hexadecimal digits',
    }),
    source_ref: readableText('source_ref', 500).optional(),
  },
  { error: 'write a release: {image, digest, source_ref}' },
)
export type Release = z.infer<typeof release>

const columnTypes = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const

export const feature = z.strictObject(
  {
    kind: z.literal('table', { error: 'kind is "table"' }),
    cardinality: z.enum(['one', 'many'], { error: 'cardinality is "one" or "many" rows for each record' }),
    columns: z
      .array(
        z.strictObject(
          {
            name: z.string({ error: 'write a column name' }).regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, {
              error: 'a column name is a letter, then letters, digits and _',
            }),
            json_type: z.enum(columnTypes, { error: `json_type is one of ${columnTypes.join(', ')}` }),
            required: z.boolean({ error: 'required is true or false' }),
            // null is how the original writes "none"
            format: oneLine('the format', 40).nullable().optional(),
            description: readableText('the description', 2_000).nullable().optional(),
            unit: oneLine('the unit', 40).nullable().optional(),
          },
          { error: 'write a column: {name, json_type, required}' },
        ),
        { error: 'list the columns' },
      )
      .max(500, { error: 'a feature has at most 500 columns' })
      .refine(haveOwnNames, across({ error: 'two columns have the same name' })),
  },
  { error: 'write a feature: {kind, cardinality, columns}' },
)

export const containerName = z.string({ error: 'write a name' }).regex(/^[a-z][a-z0-9_]{0,39}$/, {
  error: 'a name is up to 40 lower-case letters, digits and _, starting with a letter, such as find_pockets',
})

/** Path components as registries take them (OCI distribution specification: `<name>`). */
const imageName = /^[a-z0-9]+((\.|_|__|-+|\/)[a-z0-9]+)*$/

/** Where an image is built from, in a file that an author writes; never sent to a node. Paths are relative to that file. */
export const build = z.strictObject(
  {
    context: readableText('the build context', 1_000),
    dockerfile: readableText('the Dockerfile', 1_000).optional(),
    /** Name of the image without registry, such as `pockets/find_pockets`; the hook's own name if absent. */
    image: z
      .string({ error: 'write the image name as text' })
      .max(200, { error: 'shorten the image name to 200 characters' })
      .regex(imageName, { error: 'image is a lower-case name such as pockets/find_pockets' })
      .optional(),
  },
  { error: 'write build: {context}' },
)
export type Build = z.infer<typeof build>

const hookShape = { name: containerName, config: jsonConfig.default({}), limits, feature }
const ingesterShape = {
  name: containerName,
  config: jsonConfig.nullable().optional(),
  limits,
  schedule: jsonValue.optional(),
  initial_run: jsonValue.optional(),
}

/** As a node takes them: pinned by digest. */
const aHook = { error: 'write a hook: {name, config, limits, release, feature}' }
const anIngester = { error: 'write an ingester: {name, limits, release}' }
export const hook = z.strictObject({ ...hookShape, release }, aHook)
export const ingester = z.strictObject({ ...ingesterShape, release }, anIngester)

const oneOrigin = across({
  path: ['release'],
  error: 'write either release (an image that was pushed) or build (where to build it), not both',
})
const anOrigin = across({
  path: ['release'],
  error:
    'write release: {image, digest, source_ref} for an image that was pushed, or build: {context} to have osa deploy build it',
})
const anImageName = across({
  path: ['build', 'image'],
  error: 'write a name for the image, such as pockets/find_pockets: no registry takes that of the hook or ingester',
})
const names = (container: unknown, key: 'release' | 'build'): boolean => part(container, key) !== undefined
const hasOne = (container: unknown): boolean => !(names(container, 'release') && names(container, 'build'))
const hasAny = (container: unknown): boolean => names(container, 'release') || names(container, 'build')
/** An image is named after its hook where nothing else is said; not every name of a hook is one of an image. */
function hasImageName(container: unknown): boolean {
  const [built, name] = [part(container, 'build'), part(container, 'name')]
  return built === undefined || part(built, 'image') !== undefined || typeof name !== 'string' || imageName.test(name)
}

/** As an author writes them: pinned, or to be built. */
export const hookSource = z
  .strictObject({ ...hookShape, release: release.optional(), build: build.optional() }, aHook)
  .refine(hasOne, oneOrigin)
  .refine(hasAny, anOrigin)
  .refine(hasImageName, anImageName)
export const ingesterSource = z
  .strictObject({ ...ingesterShape, release: release.optional(), build: build.optional() }, anIngester)
  .refine(hasOne, oneOrigin)
  .refine(hasAny, anOrigin)
  .refine(hasImageName, anImageName)
