/** The bench's side of its load process. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Answer, Job, Limit, Measured, Target, Work } from './job.ts'

export interface Load extends AsyncDisposable {
  /** Has this many pending codes of the target, or sessions, to go round. */
  have(target: Target, what: 'codes' | 'sessions', count: number): Promise<void>
  measure(target: Target, work: Work, connections: number, limit: Limit): Promise<Measured>
  /** How often more than one session comes of one code or token that is sent four times at once, from 0 to 1. */
  race(target: Target, of: 'code' | 'token', times: number): Promise<number>
}

export function startLoad(): Load {
  const child = fork(join(import.meta.dirname, 'load-process.ts'), { stdio: 'inherit' })
  // one job is out at a time
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
