/** Reads what a server sends, up to a limit. Isomorphic. */
import { OsaError } from '../errors.ts'

const maxBodyBytes = 1024 * 1024

/** Hands on what comes, at most 1 MiB of it; `take` answers true when it has enough. Throws `not_an_osa_server` past that. */
export const readChunks = async (
  response: Response,
  server: string,
  take: (chunk: Uint8Array) => boolean,
): Promise<void> => {
  let size = 0
  const reader = response.body?.getReader()
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.byteLength
    if (size > maxBodyBytes) {
      await reader?.cancel()
      throw new OsaError('not_an_osa_server', `${server} sent an answer of more than 1 MiB`, {
        server,
        hint: "Check the address with your archive's administrator",
      })
    }
    if (take(next.value)) return await reader?.cancel()
  }
}

/** The bytes of a response. Throws `not_an_osa_server` past 1 MiB, before the rest is read. */
export const readBoundedBody = async (response: Response, server: string): Promise<Uint8Array> => {
  let bytes = new Uint8Array(0)
  await readChunks(response, server, (chunk) => {
    const longer = new Uint8Array(bytes.byteLength + chunk.byteLength)
    longer.set(bytes)
    longer.set(chunk, bytes.byteLength)
    bytes = longer
    return false
  })
  return bytes
}
