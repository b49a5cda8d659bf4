/** Whether a node with much history is slower: the same work on two databases, with few and with many old rows. */
import { type Bench, getReady } from '../bench.ts'
import { osaNode } from '../contestants/osa-node.ts'
import { runOn } from '../postgres.ts'
import { prepareDatabase, type RunningServer, startServer } from '../running-server.ts'
import { median, medianRatio } from '../statistics.ts'
import { type Table, whole } from '../table.ts'
import { inTurns } from './under-load.ts'

const few = 1_000

/**
 * The columns that differ between a row and its copies, as SQL expressions of the copy's number `n`; all others are copied. Tables and
 * columns that the node does not have are ignored.
 */
const copies: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  device_authorizations: {
    id: 'gen_random_uuid()',
    device_code_hash: `'old ' || n`,
    user_code_hash: `'old ' || n`,
    // ended, but not for the hour after which the sweep removes them
    expires_at: `now() - interval '5 minutes'`,
    ended_at: `now() - interval '5 minutes'`,
  },
  reserved_user_codes: { user_code_hash: `'old ' || n`, until: `now() + interval '1 day'` },
  refresh_families: { id: `md5('family ' || n)::uuid` },
  refresh_tokens: {
    id: 'gen_random_uuid()',
    token_hash: `'old ' || n`,
    family_id: `md5('family ' || n)::uuid`,
  },
  audit_events: { id: 'gen_random_uuid()', at: `now() - n * interval '1 second'` },
}

/** Adds `count` copies of one row to each table that grows with use. */
async function addOldRows(databaseUrl: string, count: number): Promise<void> {
  for (const [table, columns] of Object.entries(copies)) {
    const { rows } = await runOn(databaseUrl, `select to_regclass('${table}') is not null as there`)
    if (!rows[0]?.there) continue
    const changed = Object.entries(columns).map(([column, sql]) => `'${column}', ${sql}`)
    await runOn(
      databaseUrl,
      `insert into ${table} select copy.* from (select whole as row from ${table} as whole limit 1) as original, generate_series(1, ${count}) as n,
        lateral jsonb_populate_record(original.row, jsonb_build_object(${changed.join(', ')})) as copy`,
    )
  }
  await runOn(databaseUrl, 'vacuum (analyze)')
  await runOn(databaseUrl, 'checkpoint')
}

async function startWithOldRows(bench: Bench, count: number, servers: AsyncDisposableStack): Promise<RunningServer> {
  const databaseUrl = await bench.postgres.createDatabase()
  await prepareDatabase(osaNode, databaseUrl)
  const server = servers.use(await startServer(osaNode, databaseUrl))
  await getReady(bench, server, 'flow')
  await bench.load.measure(server.target, 'flow', 1, { operations: 1 })
  bench.progress(`old rows: making ${whole(count)} in each table`)
  await addOldRows(databaseUrl, count)
  return server
}

export async function measureOldRows(bench: Bench): Promise<Table> {
  const many = bench.options.oldRows
  await using servers = new AsyncDisposableStack()
  const young = await startWithOldRows(bench, few, servers)
  const old = await startWithOldRows(bench, many, servers)
  const rows: string[][] = []
  for (const work of bench.options.works) {
    const slices = await inTurns(bench, [young, old], work)
    const [rateOfYoung = [], rateOfOld = []] = [young, old].map((server) =>
      (slices.get(server) ?? []).map(({ perSecond }) => perSecond),
    )
    const ratio = medianRatio(rateOfOld, rateOfYoung)
    bench.figure(`${work}, old rows`, ratio)
    rows.push([work, whole(median(rateOfYoung)), whole(median(rateOfOld)), ratio.toFixed(2)])
  }
  return {
    title: 'Old rows',
    note: `Operations per second of the OSA node with ${whole(few)} and with ${whole(many)} old rows in each table that grows with use, and their ratio.`,
    head: ['work', `${whole(few)} rows`, `${whole(many)} rows`, 'ratio'],
    rows,
  }
}
