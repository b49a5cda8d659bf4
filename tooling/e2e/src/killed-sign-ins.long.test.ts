/** B07, B31, G15: a node killed during approvals and redemptions, on one database with another that lives: nothing lost, nothing issued twice. */

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

/** Kills the node once `progress` has come so far, lets all that was under way end, and starts it again at the same address. */
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

test('B07 B31 kill -9 during redemptions: each code gives one token pair at most, and one session exactly', () =>
  onPostgres(async ({ settings, databaseUrl }) => {
    let node = await startNode(settings)
    let [kills, redeemedBefore, redeemedAfter, unheard] = [0, 0, 0, 0]
    for (let round = 0; round < rounds; round++) {
      const { url } = node
      const clients = Array.from({ length: terminals }, () => clientAt(url))
      const codes = await Promise.all(clients.map(approved))
      const heard: (Answer | null)[] = codes.map(() => null)
      const polls = clients.map(async (client, index) => {
        // a connection that broke is what this test is about
        heard[index] = await client.poll(codes[index]?.deviceCode ?? '').catch(() => null)
      })
      node = await killAmid(node, settings, () => heard.filter(Boolean).length >= round, polls)
      kills++
      for (const [index, client] of clients.entries()) {
        const before = heard[index]
        // whoever was answered has no reason to ask again, and a second redemption would end the session (B09)
        const after = before?.status === 200 ? before : await client.poll(codes[index]?.deviceCode ?? '')
        const pairs = [after].filter((answer) => answer.status === 200)
        if (pairs[0]) expect((await client.refresh(documentOf(pairs[0]).refresh_token ?? '')).status).toBe(200)
        if (before?.status === 200) redeemedBefore++
        else if (after.status === 200) redeemedAfter++
        else unheard++ // committed, and the node was gone before it could say so
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
      `${kills} kills during redemptions: ${redeemedBefore} heard before, ${redeemedAfter} after, ${unheard} never`,
    )
    await node.stop()
  }))

test('D18 B31 kill -9 during approvals: each is decided or not, can be pressed again, and is redeemed once', () =>
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
