/** A proxy before the processes of a node: one address, which leads to one of them at a time. */
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Switch extends AsyncDisposable {
  /** The public address, for `OSA_PUBLIC_URL`. */
  readonly url: string
  /** Where the process listens that answers from the next request on. */
  port: number
}

export async function startSwitch(): Promise<Switch> {
  const server = createServer((asked, answer) => {
    const { method, url: path, headers } = asked
    const onward = request({ host: '127.0.0.1', port: gate.port, method, path, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.on('error', () => answer.destroy()).pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const gate: Switch = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    port: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return gate
}
