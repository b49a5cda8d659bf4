/** Reads the inputs of procedures. Plain JSON and absent values are accepted, since no input type of the router needs more. */
import { EnvelopeError, readEnvelope } from '@osa/contract'
import { TRPCError } from '@trpc/server'
import superjson from 'superjson'

export const inputTransformer = {
  serialize: (input: unknown) => superjson.serialize(input),
  /** Returns the value in an envelope. Throws `BAD_REQUEST` for every annotation except `undefined`. */
  deserialize(envelope: unknown): unknown {
    try {
      return readEnvelope(envelope, { kinds: {}, others: 'refuse' })
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error
      throw new TRPCError({ code: 'BAD_REQUEST', message: error.message })
    }
  },
}
