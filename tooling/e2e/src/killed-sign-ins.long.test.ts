/** B07, B31, G15: a node is killed during approvals and redemptions. Nothing is lost and nothing is issued twice. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { runOn } from '@osa/db/testing'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import {
  type Answer,
  approved,
  arriveAtDecision,
  type Client,
  clientAt,
  decide,
  documentOf,
  errorOf,
  started,
} from './flow-operations.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const terminals = 10
const rounds = 4

/** Kills the node once `isTime` returns true, waits for the requests under way, and restarts the node at the same address. */
async function killAmid(
  node: NodeProcess,
  settings: Record<string, string>,
  isTime: () => boolean,
  underWay: Promise<unknown>[],
): Promise<NodeProcess> {
  while (!isTime()) await delay(1)
  await node.kill()
  await Promise.all(underWay)
  return startNode({ ...settings, PORT: new URL(node.url).port })
}

async function onPostgres(work: (context: { settings: Record<string, string>; databaseUrl: string }) => Promise<void>) {
  await using folder = await temporaryFolder()
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const settings = {
    DATABASE_URL: databaseUrl,
    OSA_DATA_DIR: join(folder.path, 'data'),
  }
  await work({ settings, databaseUrl })
}

test('B07 B31 with kill -9 during redemptions, each code gives at most one token pair and exactly one session', () =>
  onPostgres(async ({ settings, databaseUrl }) => {
    let node = await startNode(settings)
    let [kills, redeemedBefore, redeemedAfter, unanswered] = [0, 0, 0, 0]
    for (let round = 0; round < rounds; round++) {
      const { url } = node
      const clients = Array.from({ length: terminals }, () => clientAt(url))
      const codes = await Promise.all(clients.map(approved))
      const received: (Answer | null)[] = codes.map(() => null)
      const polls = clients.map(async (client, index) => {
        // the kill breaks the connection
        received[index] = await client.poll(codes[index]?.deviceCode ?? '').catch(() => null)
      })
      node = await killAmid(node, settings, () => received.filter(Boolean).length >= round, polls)
      kills++
      for (const [index, client] of clients.entries()) {
        const before = received[index]
        // a client that got its tokens does not poll again, since a second redemption would end the session (B09)
        const after = before?.status === 200 ? before : await client.poll(codes[index]?.deviceCode ?? '')
        const pairs = [after].filter((answer) => answer.status === 200)
        if (pairs[0]) expect((await client.refresh(documentOf(pairs[0]).refresh_token ?? '')).status).toBe(200)
        if (before?.status === 200) redeemedBefore++
        else if (after.status === 200) redeemedAfter++
        else unanswered++ // committed, but the node was killed before it could answer
        if (pairs.length === 0) expect(errorOf(after)).toBe('invalid_grant')
      }
    }
    const { rows } = await runOn(
      databaseUrl,
      `select count(*)::int as families, count(distinct family_id)::int as named,
         (select count(*)::int from device_authorizations where status = 'consumed') as consumed
       from refresh_families join device_authorizations on family_id = refresh_families.id`,
    )
    const all = rounds * terminals
    expect(rows).toEqual([{ families: all, named: all, consumed: all }])
    console.log(
      `${kills} kills during redemptions: ${redeemedBefore} answered before, ${redeemedAfter} after, ${unanswered} never`,
    )
    await node.stop()
  }))

test('D18 B31 with kill -9 during approvals, each code is decided or can be approved again, and is redeemed once', () =>
  onPostgres(async ({ settings }) => {
    let node = await startNode(settings)
    let [kills, survived, pressedAgain] = [0, 0, 0]
    for (let round = 0; round < rounds; round++) {
      const { url } = node
      const clients = Array.from({ length: terminals }, () => clientAt(url))
      const prepare = async (client: Client) => {
        const codes = await started(client)
        return { client, codes, confirm: await arriveAtDecision(client, codes.userCode) }
      }
      const people = await Promise.all(clients.map(prepare))
      let approvals = 0
      const presses = people.map(({ client, confirm }) =>
        decide(client, confirm, 'approve').then(
          () => void approvals++,
          () => undefined, // the connection broke
        ),
      )
      node = await killAmid(node, settings, () => approvals >= round, presses)
      kills++
      for (const { client, codes, confirm } of people) {
        const first = await client.poll(codes.deviceCode)
        expect(first.status === 200 || errorOf(first) === 'authorization_pending', first.text).toBe(true)
        if (first.status === 200) survived++
        else {
          pressedAgain++
          expect((await decide(client, confirm, 'approve')).status).toBe(200)
          expect((await client.poll(codes.deviceCode)).status).toBe(200)
        }
        expect(errorOf(await client.poll(codes.deviceCode))).toBe('invalid_grant')
      }
    }
    console.log(`${kills} kills during approvals: ${survived} had been decided, ${pressedAgain} were pressed again`)
    await node.stop()
  }))
