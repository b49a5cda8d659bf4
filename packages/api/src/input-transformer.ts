/** Inputs as the router reads them: plain JSON and absent values, which is all that any input type of the router holds. */
import { EnvelopeError, readEnvelope } from '@osa/contract'
import { TRPCError } from '@trpc/server'
import superjson from 'superjson'

export const inputTransformer = {
  serialize: (input: unknown) => superjson.serialize(input),
  /** The value of an envelope. Throws `BAD_REQUEST` for every annotation but `undefined`. */
  deserialize(envelope: unknown): unknown {
    try {
      return readEnvelope(envelope, { kinds: {}, others: 'refuse' })
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error
      throw new TRPCError({ code: 'BAD_REQUEST', message: error.message })
    }
  },
}
