/** What a node is called and looks like: its operator's words and colours, on every page and in `/.well-known/osa`. */
import type { Accent } from './accent.ts'

export interface NodeProfile {
  readonly name: string
  /** One line. */
  readonly description: string | null
  /** An SVG document that `checkLogo` let pass. */
  readonly logo: string | null
  /** An address that people are sent to with questions: `mailto:` or `https:`. */
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
