/** The rows of conventions, one interface for each table. Rows are values. A version never changes once it is written. */

/** An address, with the number of its newest version. */
export interface ConventionRow {
  readonly id: string
  readonly slug: string
  /** The number of the newest version. */
  readonly version: number
  readonly createdAt: Date
}

export interface ConventionVersion extends ConventionOutline {
  /** The manifest as canonical JSON, from which `contentHash` is computed. */
  readonly manifest: string
}

/** A version without its manifest, which may be a megabyte. */
export interface ConventionOutline {
  readonly id: string
  readonly conventionId: string
  /** 1, 2, 3, … within a convention, without gaps. */
  readonly version: number
  readonly title: string
  readonly description: string
  /** The id and version of the metadata schema. */
  readonly schemaId: string
  readonly schemaVersion: string
  /** Separated by spaces, in the manifest's order. */
  readonly hookNames: string
  /** SHA-256 of the canonical content, hexadecimal. */
  readonly contentHash: string
  /** The id of the person; null when their account is gone. */
  readonly deployedBy: string | null
  readonly createdAt: Date
}
