/** Finds text that looks like a secret: by the formats that issuers use, and by setting names with random values. */
import { createHash } from 'node:crypto'

export interface Finding {
  readonly rule: string
  /** SHA-256 of the match in hex, which distinguishes findings without showing them. */
  readonly digest: string
}

const shapes: Readonly<Record<string, RegExp>> = {
  'private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s\\n]{60,}/g,
  'signed JWT': /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{40,}/g,
  'private JWK': /"d"\s*:\s*"[\w-]{40,}"/g,
  'GitHub token': /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{50,})/g,
  'npm token': /\bnpm_[A-Za-z0-9]{36,}|_authToken\s*=\s*[\w-]{20,}/g,
  'AWS key': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  'Slack token': /\bxox[abeoprs]-[\w-]{20,}/g,
  'Google key': /\bAIza[\w-]{35}\b/g,
  'Stripe key': /\b[rs]k_live_[A-Za-z0-9]{20,}/g,
}

/** Matches a setting, field or constant with such a name, and captures its value. */
const assignment =
  /(?:secret|token|passw(?:or)?d|api_?key|private_?key|credential)\w*['"]?\s*(?::|=|=>)\s*['"`]?([A-Za-z0-9+/_-]{24,}={0,2})(?![\w(.])/gi

/** Returns everything in `text` that looks like a secret. */
export const findSecrets = (text: string): Finding[] => [
  ...Object.entries(shapes).flatMap(([rule, shape]) =>
    [...text.matchAll(shape)].map(([found]) => finding(rule, found)),
  ),
  ...[...text.matchAll(assignment)].flatMap(([, value = '']) =>
    isRandom(value) ? [finding('random value', value)] : [],
  ),
]

const finding = (rule: string, found: string): Finding => ({
  rule,
  digest: createHash('sha256').update(found).digest('hex'),
})

/** Whether a value looks random: unlike words and identifiers, random text contains digits and rarely repeats letters. */
function isRandom(value: string): boolean {
  const digits = value.replace(/\D/g, '').length
  const isHex = /^[0-9a-f]+$/i.test(value)
  return (
    digits >= 2 && (isHex ? value.length >= 32 && entropy(value) > 3.2 : /[a-z]/i.test(value) && entropy(value) > 4.1)
  )
}

/** Returns the Shannon entropy in bits per character. */
function entropy(value: string): number {
  const counts = Map.groupBy(value, (character) => character)
  return [...counts.values()].reduce((sum, { length }) => {
    const share = length / value.length
    return sum - share * Math.log2(share)
  }, 0)
}
