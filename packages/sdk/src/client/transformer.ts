/** How values are serialized: inputs as plain JSON, outputs as superjson, of which the contract uses dates and undefined values. */
import { EnvelopeError, readEnvelope } from '@osa/contract/envelope'

function readDate(json: unknown): Date {
  if (typeof json === 'string') return new Date(json)
  throw new EnvelopeError('A date is no text.')
}

export const transformer = {
  serialize: (json: unknown) => ({ json }),
  deserialize: (envelope: unknown) => readEnvelope(envelope, { kinds: { Date: readDate }, others: 'leave' }),
}
