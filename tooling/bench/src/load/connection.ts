/** One keep-alive connection to a server, with little overhead for each request. */
import { Client } from 'undici'
import type { Call } from '../contestants/contestant.ts'

export interface Reply {
  readonly status: number
  readonly body: string
}

export interface Connection {
  send(call: Call): Promise<Reply>
  close(): Promise<void>
}

export function openConnection(origin: string): Connection {
  const client = new Client(origin, { pipelining: 1, keepAliveTimeout: 60_000 })
  return {
    send: (call) =>
      new Promise((resolve, reject) => {
        let status = 0
        const chunks: Buffer[] = []
        client.dispatch(
          {
            path: call.path,
            method: 'POST',
            headers: { 'content-type': call.type, ...call.headers },
            body: call.body,
          },
          {
            onRequestStart: () => undefined,
            onResponseStart: (_, statusCode) => {
              status = statusCode
            },
            onResponseData: (_, chunk) => {
              chunks.push(chunk)
            },
            onResponseEnd: () => resolve({ status, body: Buffer.concat(chunks).toString() }),
            onResponseError: (_, error) => reject(error),
          },
        )
      }),
    close: () => client.close(),
  }
}
