/** The containers of a convention: hooks, which compute features of records, and an ingester, which imports records. */
import { z } from 'zod'
import { crossField, haveUniqueNames, part } from './cross-field.ts'
import { oneLine, readableText, wholeNumber } from './text.ts'

/** A value that JSON can represent. The recursion is safe: `checkConvention` limits the depth before any schema runs. */
const jsonValue = z.custom<z.core.util.JSONType>(isJson, { error: 'write a value that JSON can represent' })
function isJson(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isJson)
  return value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
}

export const jsonConfig = z.record(z.string().max(200), jsonValue, { error: 'config must be an object' })

export const limits = z.strictObject(
  {
    timeout_seconds: wholeNumber('timeout_seconds', 1, 604_800),
    memory: z
      .string({ error: 'write memory as text, such as "512m"' })
      .regex(/^[1-9]\d{0,9}[kmgt]?$/i, { error: 'memory must be a number with k, m or g, such as 512m' }),
    cpu: z
      .string({ error: 'write cpu as text, such as "0.5"' })
      .regex(/^(?!0+(\.0+)?$)\d{1,4}(\.\d{1,3})?$/, { error: 'cpu must be a number of cores as text, such as "0.5"' }),
  },
  { error: 'write limits: {timeout_seconds, memory, cpu}' },
)

/** A pushed image. The digest pins it, since a tag can be moved to other code. */
export const release = z.strictObject(
  {
    image: readableText('the image', 500).regex(/^[a-z0-9][a-zA-Z0-9._:/@-]*$/, {
      error: 'image must be a reference such as ghcr.io/group/hook:1.0.0',
    }),
    digest: z
      .string({ error: 'write the digest that the registry returned: sha256:…' })
      .regex(/^sha256:[0-9a-f]{64}$/, {
        error: 'digest must be sha256: and 64 hexadecimal digits',
      }),
    source_ref: readableText('source_ref', 500).optional(),
  },
  { error: 'write a release: {image, digest, source_ref}' },
)
export type Release = z.infer<typeof release>

const columnTypes = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const

export const feature = z.strictObject(
  {
    kind: z.literal('table', { error: 'kind must be "table"' }),
    cardinality: z.enum(['one', 'many'], { error: 'cardinality must be "one" or "many" (rows for each record)' }),
    columns: z
      .array(
        z.strictObject(
          {
            name: z.string({ error: 'write a column name' }).regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, {
              error: 'a column name must be a letter, then letters, digits and _',
            }),
            json_type: z.enum(columnTypes, { error: `json_type must be one of ${columnTypes.join(', ')}` }),
            required: z.boolean({ error: 'required must be true or false' }),
            // the original sends null for "none"
            format: oneLine('the format', 40).nullable().optional(),
            description: readableText('the description', 2_000).nullable().optional(),
            unit: oneLine('the unit', 40).nullable().optional(),
          },
          { error: 'write a column: {name, json_type, required}' },
        ),
        { error: 'list the columns' },
      )
      .max(500, { error: 'a feature can have at most 500 columns' })
      .refine(haveUniqueNames, crossField({ error: 'two columns have the same name' })),
  },
  { error: 'write a feature: {kind, cardinality, columns}' },
)

export const containerName = z.string({ error: 'write a name' }).regex(/^[a-z][a-z0-9_]{0,39}$/, {
  error: 'a name must be up to 40 lower-case letters, digits and _, starting with a letter, such as find_pockets',
})

/** The image names that registries accept (OCI distribution specification: `<name>`). */
const imageName = /^[a-z0-9]+((\.|_|__|-+|\/)[a-z0-9]+)*$/

/** How to build an image. Only in the file that an author writes, to which its paths are relative; never sent to a node. */
export const build = z.strictObject(
  {
    context: readableText('the build context', 1_000),
    dockerfile: readableText('the Dockerfile', 1_000).optional(),
    /** The name of the image without its registry, such as `pockets/find_pockets`; by default the name of the hook. */
    image: z
      .string({ error: 'write the image name as text' })
      .max(200, { error: 'shorten the image name to 200 characters' })
      .regex(imageName, { error: 'image must be a lower-case name such as pockets/find_pockets' })
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

const aHook = { error: 'write a hook: {name, config, limits, release, feature}' }
const anIngester = { error: 'write an ingester: {name, limits, release}' }
/** A hook as a node accepts it: pinned by digest. */
export const hook = z.strictObject({ ...hookShape, release }, aHook)
/** An ingester as a node accepts it: pinned by digest. */
export const ingester = z.strictObject({ ...ingesterShape, release }, anIngester)

const oneOrigin = crossField({
  path: ['release'],
  error: 'write either release (an image that was pushed) or build (where to build it), not both',
})
const anOrigin = crossField({
  path: ['release'],
  error:
    'write release: {image, digest, source_ref} for an image that was pushed, or build: {context} to have osa deploy build it',
})
const anImageName = crossField({
  path: ['build', 'image'],
  error:
    'write a name for the image, such as pockets/find_pockets: registries do not accept the name of this hook or ingester',
})
const names = (container: unknown, key: 'release' | 'build'): boolean => part(container, key) !== undefined
const hasOne = (container: unknown): boolean => !(names(container, 'release') && names(container, 'build'))
const hasAny = (container: unknown): boolean => names(container, 'release') || names(container, 'build')
/** Whether the image to build has a valid name. By default it is named after its hook, but not every hook name is a valid image name. */
function hasImageName(container: unknown): boolean {
  const [built, name] = [part(container, 'build'), part(container, 'name')]
  return built === undefined || part(built, 'image') !== undefined || typeof name !== 'string' || imageName.test(name)
}

/** A hook as an author writes it: with a release or a build. */
export const hookSource = z
  .strictObject({ ...hookShape, release: release.optional(), build: build.optional() }, aHook)
  .refine(hasOne, oneOrigin)
  .refine(hasAny, anOrigin)
  .refine(hasImageName, anImageName)
/** An ingester as an author writes it: with a release or a build. */
export const ingesterSource = z
  .strictObject({ ...ingesterShape, release: release.optional(), build: build.optional() }, anIngester)
  .refine(hasOne, oneOrigin)
  .refine(hasAny, anOrigin)
  .refine(hasImageName, anImageName)
