/**
 * What an author writes, as types with their explanations: the same shape as `conventionSource` in the contract (a test holds the two
 * together), written out so that an editor shows it and importing it costs nothing at run time.
 */

/** A value that JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** What values of a field may be; `type` is the field's own. */
export type FieldConstraints =
  | {
      type: 'text'
      min_length?: number | undefined
      max_length?: number | undefined
      /** A regular expression in JavaScript's spelling. */
      pattern?: string | undefined
      unit?: string | undefined
    }
  | {
      type: 'number'
      min_value?: number | undefined
      max_value?: number | undefined
      integer_only?: boolean | undefined
      /** A symbol as people read it: `Å`, `K`, `mg/mL`. */
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
  /** A letter, then letters, digits and `_`: `resolution`. */
  name: string
  type: 'text' | 'number' | 'date' | 'boolean' | 'term' | 'url'
  required: boolean
  cardinality: 'exactly_one' | 'one_or_more' | 'zero_or_more'
  description?: string | undefined
  /** Needed for a `term`, which names its ontology; otherwise only where values are limited or have a unit. */
  constraints?: FieldConstraints | undefined
  /** Values as they may be, to show what is meant. */
  examples?: string[] | undefined
}

/** The metadata of a record. */
export interface MetadataSchema {
  /** 3 to 64 lower-case letters, digits and `-`: `pdb-structure`. */
  id: string
  /** `1.0.0`; raise it when the fields change. */
  version: string
  fields: MetadataField[]
}

/** The files that a record may or must have. */
export interface FileRequirements {
  /** File name extensions with their dot, or media types: `.cif`, `chemical/x-cif`. */
  accepted_types: string[]
  min_count: number
  max_count: number
  /** Bytes. */
  max_file_size: number
}

/** What a container may use for one record. */
export interface Limits {
  timeout_seconds: number
  /** `512m`, `2g`. */
  memory: string
  /** Cores as text: `"0.5"`. */
  cpu: string
}

/** An image that was pushed, pinned by its digest: a tag alone can be moved to other code. */
export interface Release {
  image: string
  /** `sha256:` and 64 hexadecimal digits, as the registry gave it. */
  digest: string
  source_ref?: string | undefined
}

/** Where `osa deploy` builds an image from. Paths are relative to the file that this is written in. */
export interface Build {
  /** The folder of that file or one below it; `osa deploy --context-root` allows another. */
  context: string
  /** `Dockerfile` in the context if absent. */
  dockerfile?: string | undefined
  /** The image's name without registry: `pockets/find_pockets`; the hook's own name if absent. */
  image?: string | undefined
}

/** One column of what a hook computes. */
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
  /** Rows for each record. */
  cardinality: 'one' | 'many'
  columns: Column[]
}

/** A container that looks at each record: checks it, or computes a feature of it. Name exactly one of `release` and `build`. */
export interface Hook {
  /** Up to 40 lower-case letters, digits and `_`: `find_pockets`. */
  name: string
  /** Given to the container as it is. No secrets: everybody can read a convention. */
  config?: Record<string, Json> | undefined
  limits: Limits
  feature: Feature
  release?: Release | undefined
  build?: Build | undefined
}

/** A container that brings records in from elsewhere. Name exactly one of `release` and `build`. */
export interface Ingester {
  name: string
  config?: Record<string, Json> | null | undefined
  limits: Limits
  schedule?: Json | undefined
  initial_run?: Json | undefined
  release?: Release | undefined
  build?: Build | undefined
}

/** What people and agents read to decide whether a convention fits. */
export interface Docs {
  purpose: string
  /** At least three different questions that the records can answer. */
  example_questions: string[]
  /** At least one question worked through. */
  examples: { question: string; query: string; interpretation: string }[]
  when_not_to_use?: string | null | undefined
  see_also?: string[] | null | undefined
}

/** What records of one kind look like, what is computed from them, and what they are for. */
export interface Convention {
  /** The convention's address at the archive is made from it: "Protein Structures" is found at `protein-structures`. */
  title: string
  description: string
  schema: MetadataSchema
  file_requirements: FileRequirements
  /** An empty list if there are none. */
  hooks: Hook[]
  ingester?: Ingester | null | undefined
  docs: Docs
}

/** Something that is missing or wrong in a convention. */
export interface Issue {
  /** Dotted: `hooks.0.limits.memory`. Empty for the convention as a whole. */
  path: string
  /** What to write there. */
  message: string
}
