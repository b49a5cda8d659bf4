/** A proxy with one public address, which forwards requests to one process of a node at a time. */
import { createServer } from 'node:http'
import { forward, listen } from './listen.ts'

export interface Switch extends AsyncDisposable {
  /** The public address, for `OSA_PUBLIC_URL`. */
  readonly url: string
  /** The port of the process that gets the next requests. */
  port: number
}

export async function startSwitch(): Promise<Switch> {
  const server = createServer((incoming, outgoing) => forward(incoming, outgoing, `http://127.0.0.1:${gate.port}`))
  const listening = await listen(server)
  const gate = { ...listening, url: listening.url.replace('127.0.0.1', 'localhost'), port: 0 }
  return gate
}
