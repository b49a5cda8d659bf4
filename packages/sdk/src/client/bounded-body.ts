/** Reads response bodies up to a size limit. Isomorphic. */
import { OsaError } from '../errors.ts'

const maxBodyBytes = 1024 * 1024

/**
 * Returns a stream that fails with `not_an_osa_server` after 1 MiB. It does not use `pipeThrough`: in Node, the first release of a writer
 * creates a whole JavaScript realm for its error's text, which takes a tenth of the time of a short command.
 */
export function boundedStream(body: ReadableStream<Uint8Array>, server: string): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let size = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) return controller.close()
      size += value.byteLength
      if (size <= maxBodyBytes) return controller.enqueue(value)
      const error = new OsaError('not_an_osa_server', `${server} sent an answer of more than 1 MiB`, {
        server,
        hint: "Check the address with your archive's administrator",
      })
      controller.error(error)
      await reader.cancel(error)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** Returns the bytes of a response. Throws `not_an_osa_server` after 1 MiB, without reading the rest. */
export const readBoundedBody = async (response: Response, server: string): Promise<Uint8Array> =>
  response.body === null
    ? new Uint8Array(0)
    : new Uint8Array(await new Response(boundedStream(response.body, server)).arrayBuffer())
