/** What a node remembers of conventions, one interface a table. Rows are values; a version, once written, never changes. */

/** An address and where its versions stand. */
export interface ConventionRow {
  readonly id: string
  readonly slug: string
  /** The newest. */
  readonly version: number
  readonly createdAt: Date
}

export interface ConventionVersion extends ConventionOutline {
  /** The manifest as canonical JSON: the text that `contentHash` is of. */
  readonly manifest: string
}

/** All of a version but its manifest, which may be a megabyte. */
export interface ConventionOutline {
  readonly id: string
  readonly conventionId: string
  /** 1, 2, 3, … of one convention, without gaps. */
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
  /** The person; null once the account is gone. */
  readonly deployedBy: string | null
  readonly createdAt: Date
}
