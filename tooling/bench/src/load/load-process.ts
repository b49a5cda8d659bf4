/** The process that makes the load, separate from the bench's event loop. It takes one job at a time from its parent. */
import type { Answer, Job, Target } from './job.ts'
import { flowOne, type Held, hold, operation, startOne } from './operations.ts'
import { shareOfSeveral } from './race.ts'
import { run, withConnections } from './run.ts'

const makers = 20
const helds = new Map<string, Held>()

function heldOf(target: Target): Held {
  const held = helds.get(target.key) ?? hold(target)
  helds.set(target.key, held)
  return held
}

const fill = (list: string[], count: number, origin: string, make: Parameters<typeof withConnections>[2]) =>
  withConnections(origin, makers, async (connection, lane) => {
    while (list.length < count - lane) await make(connection, lane)
  })

async function answer(job: Job): Promise<Answer> {
  const { origin } = job.target
  const held = heldOf(job.target)
  switch (job.ask) {
    case 'codes':
      held.codes.length = 0
      await fill(held.codes, job.count, origin, async (connection) => {
        held.codes.push(await startOne(held, connection))
      })
      return {}
    case 'sessions':
      await fill(held.sessions, job.count, origin, async (connection) => {
        held.sessions.push(await flowOne(held, connection))
      })
      return {}
    case 'measure':
      return run(origin, job.connections, job.limit, operation(held, job.work, job.connections))
    case 'race':
      return { shareOfSeveral: await shareOfSeveral(held, origin, job) }
  }
}

process.on('message', async (job: Job) => {
  try {
    process.send?.({ answer: await answer(job) })
  } catch (error) {
    process.send?.({ failure: error instanceof Error ? error.stack : String(error) })
  }
})
process.on('disconnect', () => process.exit(0))
