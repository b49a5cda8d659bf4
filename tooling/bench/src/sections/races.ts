/** What happens when one code or one refresh token is sent four times at once. */
import type { Bench } from '../bench.ts'
import type { RunningServer } from '../running-server.ts'
import { percent, type Table } from '../table.ts'

export async function measureRaces(bench: Bench, servers: readonly RunningServer[]): Promise<Table> {
  const rows: string[][] = []
  for (const { contestant, target } of servers) {
    const race = async (of: 'code' | 'token') => percent(await bench.load.race(target, of, bench.options.races))
    rows.push([contestant.name, await race('code'), contestant.refresh ? await race('token') : 'none'])
    bench.progress(`races, ${rows.at(-1)?.join(', ')}`)
  }
  return {
    title: 'Sent four times at once',
    note: `How often that resulted in more than one session, in ${bench.options.races} attempts each. The same tokens in all four answers count as one session.`,
    head: ['server', 'a device code', 'a refresh token'],
    rows,
  }
}
