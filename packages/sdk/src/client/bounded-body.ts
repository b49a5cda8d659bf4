/** Reads what a server sends, up to a limit. Isomorphic. */
import { OsaError } from '../errors.ts'

const maxBodyBytes = 1024 * 1024

/** A stream that ends in an error, `not_an_osa_server`, past 1 MiB. */
export const boundedStream = (body: ReadableStream<Uint8Array>, server: string): ReadableStream<Uint8Array> => {
  let size = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength
        if (size <= maxBodyBytes) return controller.enqueue(chunk)
        throw new OsaError('not_an_osa_server', `${server} sent an answer of more than 1 MiB`, {
          server,
          hint: "Check the address with your archive's administrator",
        })
      },
    }),
  )
}

/** The bytes of a response. Throws `not_an_osa_server` past 1 MiB, before the rest is read. */
export const readBoundedBody = async (response: Response, server: string): Promise<Uint8Array> =>
  response.body === null
    ? new Uint8Array(0)
    : new Uint8Array(await new Response(boundedStream(response.body, server)).arrayBuffer())
