/** The HTTP side of the scripted node: a request of Node's as the web's, and its answer written piece by piece. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { LostAnswer } from './fake-procedures.ts'

const toFetch = (
  origin: string,
  { url = '/', method = 'GET', headers }: IncomingMessage,
  body: string,
  signal: AbortSignal,
) =>
  new Request(new URL(url, origin), {
    method,
    headers: new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    signal,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  })

/** Writes what `answer` says to a request at `origin`; a `LostAnswer` breaks the connection instead. */
export async function replyTo(
  { request, response, body }: { request: IncomingMessage; response: ServerResponse; body: string },
  origin: string,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    const { status, headers, body: said } = await answer(toFetch(origin, request, body, gone.signal))
    response.writeHead(status, Object.fromEntries(headers))
    for await (const chunk of said ?? []) response.write(chunk)
    response.end()
  } catch (error) {
    if (!(error instanceof LostAnswer) && !gone.signal.aborted) throw error
    request.socket.destroy()
  }
}
