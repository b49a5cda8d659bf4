/** Starts the load process and sends it jobs. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Answer, Job, Limit, Measured, Target, Work } from './job.ts'

export interface Load extends AsyncDisposable {
  /** Makes `count` pending codes or sessions at the target, for the operations to use. */
  have(target: Target, what: 'codes' | 'sessions', count: number): Promise<void>
  measure(target: Target, work: Work, connections: number, limit: Limit): Promise<Measured>
  /** Sends codes or tokens four times at once; resolves to the share of them (0 to 1) that resulted in more than one session. */
  race(target: Target, of: 'code' | 'token', times: number): Promise<number>
}

export function startLoad(): Load {
  const child = fork(join(import.meta.dirname, 'load-process.ts'), { stdio: 'inherit' })
  // callers send one job at a time
  const ask = <A extends Answer>(job: Job): Promise<A> =>
    new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the load process ended'))
      child.once('exit', ended)
      child.once('message', (reply: { answer: A } | { failure: string }) => {
        child.off('exit', ended)
        if ('failure' in reply) reject(new Error(reply.failure))
        else resolve(reply.answer)
      })
      child.send(job)
    })
  return {
    have: async (target, what, count) => {
      await ask({ ask: what, target, count })
    },
    measure: (target, work, connections, limit) => ask<Measured>({ ask: 'measure', target, work, connections, limit }),
    race: async (target, of, times) =>
      (await ask<{ shareOfSeveral: number }>({ ask: 'race', target, of, times })).shareOfSeveral,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
