/** The name and appearance of a node, chosen by its operator and shown on every page and in `/.well-known/osa`. */
import type { Accent } from './accent.ts'

export interface NodeProfile {
  readonly name: string
  /** One line. */
  readonly description: string | null
  /** An SVG document that `checkLogo` has accepted. */
  readonly logo: string | null
  /** A link for questions: `mailto:` or `https:`. */
  readonly contact: string | null
  readonly accent: Accent | null
}

export const defaultProfile: NodeProfile = {
  name: 'Open Science Archive',
  description: null,
  logo: null,
  contact: null,
  accent: null,
}

export const logoPath = '/logo.svg'
