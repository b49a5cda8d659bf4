/** A load generator on one machine: so many connections, so long, one request after the other on each. */
import { Agent, request } from 'node:http'

export interface Post {
  readonly path: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One POST of a form over a kept-alive connection; answers status and body. */
export const post = (
  origin: string,
  agent: Agent,
  { path, body, headers }: Post,
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, origin),
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk) => {
          text += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
        answer.on('error', reject)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })

/** Calls `work` from `connections` loops until `seconds` are over; answers completed calls per second. */
export const perSecond = async (
  { connections, seconds }: { connections: number; seconds: number },
  work: (agent: Agent, loop: number) => Promise<void>,
): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const begun = performance.now()
  let done = 0
  await Promise.all(
    Array.from({ length: connections }, async (_, loop) => {
      while (performance.now() - begun < seconds * 1000) {
        await work(agent, loop)
        done++
      }
    }),
  )
  agent.destroy()
  return done / ((performance.now() - begun) / 1000)
}

/** Runs `work` for each item, `connections` at a time; answers items per second. */
export const eachPerSecond = async <T>(
  items: readonly T[],
  connections: number,
  work: (agent: Agent, item: T) => Promise<void>,
): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const queue = [...items]
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(agent, item)
    }),
  )
  agent.destroy()
  return items.length / ((performance.now() - begun) / 1000)
}
