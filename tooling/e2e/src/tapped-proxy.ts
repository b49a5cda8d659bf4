/** A proxy between a terminal and a node that reports when a refresh passes, so that a test can act at that moment. */
import { createServer } from 'node:http'
import { forward, listen } from './listen.ts'

export interface TappedProxy extends AsyncDisposable {
  readonly url: string
  /** Called when a refresh arrives, before it is forwarded. */
  onAsked: () => void
  /** Called when the node has rotated the token and answered, before the answer is passed on. */
  onAnswered: () => void
}

export async function startTappedProxy(target: string): Promise<TappedProxy> {
  const server = createServer((incoming, outgoing) => {
    const isRefresh = incoming.url?.startsWith('/trpc/session.refresh') === true
    if (isRefresh) proxy.onAsked()
    forward(incoming, outgoing, target, ({ statusCode }) => {
      if (isRefresh && statusCode === 200) proxy.onAnswered()
      return true
    })
  })
  const proxy: TappedProxy = {
    ...(await listen(server)),
    onAsked: () => undefined,
    onAnswered: () => undefined,
  }
  return proxy
}
