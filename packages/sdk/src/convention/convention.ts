/**
 * The types of a convention, with explanations for authors. They have the shape of `conventionSource` in the contract (a test compares the
 * two), but are written out so that editors show them and importing them costs nothing at run time.
 */

/** A value that JSON can represent. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Limits for the values of a field. `type` must equal the field's `type`. */
export type FieldConstraints =
  | {
      type: 'text'
      min_length?: number | undefined
      max_length?: number | undefined
      /** A regular expression in JavaScript's syntax. */
      pattern?: string | undefined
      unit?: string | undefined
    }
  | {
      type: 'number'
      min_value?: number | undefined
      max_value?: number | undefined
      integer_only?: boolean | undefined
      /** The unit's symbol: `Å`, `K`, `mg/mL`. */
      unit?: string | undefined
    }
  | {
      type: 'term'
      /** The ontology that the terms come from. */
      ontology_srn: string
      root_term?: string | undefined
    }
  | { type: 'url'; pattern?: string | undefined }
  | { type: 'date' }
  | { type: 'boolean' }

/** One piece of metadata that a record carries. */
export interface MetadataField {
  /** A letter, followed by letters, digits and `_`: `resolution`. */
  name: string
  type: 'text' | 'number' | 'date' | 'boolean' | 'term' | 'url'
  required: boolean
  cardinality: 'exactly_one' | 'one_or_more' | 'zero_or_more'
  description?: string | undefined
  /** Required for a `term`, to name its ontology. For other types, only needed to limit values or to give a unit. */
  constraints?: FieldConstraints | undefined
  /** Example values. */
  examples?: string[] | undefined
}

/** The metadata of a record. */
export interface MetadataSchema {
  /** 3 to 64 lower-case letters, digits and `-`: `pdb-structure`. */
  id: string
  /** A version such as `1.0.0`. Raise it when the fields change. */
  version: string
  fields: MetadataField[]
}

/** The files that a record may or must have. */
export interface FileRequirements {
  /** File name extensions with the dot, or media types: `.cif`, `chemical/x-cif`. */
  accepted_types: string[]
  min_count: number
  max_count: number
  /** The largest file allowed, in bytes. */
  max_file_size: number
}

/** The resources that a container may use for one record. */
export interface Limits {
  timeout_seconds: number
  /** Memory with its unit: `512m`, `2g`. */
  memory: string
  /** CPU cores, as text: `"0.5"`. */
  cpu: string
}

/** An image in a registry, pinned by its digest, because a tag can be moved to other code. */
export interface Release {
  image: string
  /** The digest from the registry: `sha256:` and 64 hexadecimal digits. */
  digest: string
  source_ref?: string | undefined
}

/** How `osa deploy` builds an image. Paths are relative to the file that contains the convention. */
export interface Build {
  /** The build context: the folder of that file or one below it. `osa deploy --context-root` allows other folders. */
  context: string
  /** The Dockerfile. `Dockerfile` in the context by default. */
  dockerfile?: string | undefined
  /** The image's name without the registry: `pockets/find_pockets`. The hook's name by default. */
  image?: string | undefined
}

/** One column of a hook's table. */
export interface Column {
  name: string
  json_type: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object'
  required: boolean
  format?: string | null | undefined
  description?: string | null | undefined
  unit?: string | null | undefined
}

/** The table that a hook fills. */
export interface Feature {
  kind: 'table'
  /** Whether a record has one row or many. */
  cardinality: 'one' | 'many'
  columns: Column[]
}

/** A container that runs on each record, to check it or to compute a feature of it. Give exactly one of `release` and `build`. */
export interface Hook {
  /** Up to 40 lower-case letters, digits and `_`: `find_pockets`. */
  name: string
  /** Passed to the container unchanged. Must not contain secrets: conventions are public. */
  config?: Record<string, Json> | undefined
  limits: Limits
  feature: Feature
  release?: Release | undefined
  build?: Build | undefined
}

/** A container that imports records from elsewhere. Give exactly one of `release` and `build`. */
export interface Ingester {
  name: string
  config?: Record<string, Json> | null | undefined
  limits: Limits
  schedule?: Json | undefined
  initial_run?: Json | undefined
  release?: Release | undefined
  build?: Build | undefined
}

/** Documentation by which people and agents decide whether a convention suits them. */
export interface Docs {
  purpose: string
  /** At least three different questions that the records can answer. */
  example_questions: string[]
  /** At least one worked example: a question, its query, and how to read the result. */
  examples: { question: string; query: string; interpretation: string }[]
  when_not_to_use?: string | null | undefined
  see_also?: string[] | null | undefined
}

/** What records of one kind look like, what is computed from them, and what they are for. */
export interface Convention {
  /** The title. The convention's address on the archive is derived from it: "Protein Structures" becomes `protein-structures`. */
  title: string
  description: string
  schema: MetadataSchema
  file_requirements: FileRequirements
  /** The hooks; an empty list if there are none. */
  hooks: Hook[]
  ingester?: Ingester | null | undefined
  docs: Docs
}

/** Something that is missing or wrong in a convention. */
export interface Issue {
  /** A dotted path: `hooks.0.limits.memory`. Empty for the convention as a whole. */
  path: string
  /** What to write there. */
  message: string
}
