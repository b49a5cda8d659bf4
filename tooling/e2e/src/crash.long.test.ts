/** Polls and approvals survive races between two nodes, and crashes of a node or of its database. */
import { join } from 'node:path'
import { runOn, startPostgres } from '@osa/db/testing'
import { expect, test } from 'vitest'
import { approve, reachConfirmPage } from './approve.ts'
import { startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { withTwoNodes } from './two-nodes.ts'

async function form(url: string, fields: Record<string, string>) {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ client_id: 'osa-cli', ...fields }) })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}
async function start(url: string) {
  const { body } = await form(`${url}/oauth/device_authorization`, {})
  return { deviceCode: body.device_code ?? '', userCode: body.user_code ?? '' }
}
const poll = (url: string, deviceCode: string) =>
  form(`${url}/oauth/token`, { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: deviceCode })
const refresh = (url: string, refreshToken: string) =>
  form(`${url}/oauth/token`, { grant_type: 'refresh_token', refresh_token: refreshToken })

test('B07 L04 200 concurrent polls of one approved code, at two nodes on one PostgreSQL, give exactly one token pair', () =>
  withTwoNodes({}, async ({ one, twoUrl, settings }) => {
    const { deviceCode, userCode } = await start(one.url)
    await approve(one.url, userCode)
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => poll(n % 2 === 0 ? one.url : twoUrl, deviceCode)),
    )
    const isBusy = ({ status }: (typeof answers)[number]) => status === 503
    // a busy node answers 503; retry only while there are no tokens, since a late poll after a redemption ends the session (B09)
    for (let tries = 0; tries < 200 && !answers.some(({ status }) => status === 200) && answers.some(isBusy); tries++) {
      answers.push(await poll(one.url, deviceCode))
    }
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    const refused = answers.filter((answer) => answer.status !== 200 && !isBusy(answer))
    expect(new Set(refused.map(({ body }) => body.error))).toEqual(new Set(['invalid_grant']))
    // on a busy machine some polls arrive more than two seconds after the redemption, which ends the session (B09)
    const late = `select from audit_events where event = 'device.redeem_reuse'`
    const isEnded = (await runOn(settings.DATABASE_URL ?? '', late)).rows.length > 0
    expect((await refresh(twoUrl, won[0]?.body.refresh_token ?? '')).status).toBe(isEnded ? 400 : 200)
  }))

test('B31 B30 if the database stops before a redemption, the poll is 503 as JSON, and tokens are issued exactly once when it is back', async () => {
  await using folder = await temporaryFolder()
  await using postgres = await startPostgres()
  await using node = await startNode({ DATABASE_URL: postgres.url(), OSA_DATA_DIR: join(folder.path, 'data') })
  const { deviceCode, userCode } = await start(node.url)
  await approve(node.url, userCode)
  await postgres.stop()
  const lost = await poll(node.url, deviceCode)
  expect(lost).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } })
  expect((await fetch(`${node.url}/healthz`)).status).toBe(200)
  expect((await fetch(`${node.url}/readyz`)).status).toBe(503)
  await postgres.start()
  let back = await poll(node.url, deviceCode)
  for (let tries = 0; back.status === 503 && tries < 3_000; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    back = await poll(node.url, deviceCode)
  }
  expect(back.status).toBe(200)
  expect((await poll(node.url, deviceCode)).body.error).toBe('invalid_grant')
})

test('a killed node loses no pending sign-in and no approval', async () => {
  await using folder = await temporaryFolder()
  const settings = { OSA_DATA_DIR: join(folder.path, 'data') }
  const first = await startNode(settings)
  const port = new URL(first.url).port
  const [pending, approved] = [await start(first.url), await start(first.url)]
  await approve(first.url, approved.userCode)
  await first.kill()

  await using second = await startNode({ ...settings, PORT: port })
  expect((await poll(second.url, pending.deviceCode)).body.error).toBe('authorization_pending')
  const tokens = await poll(second.url, approved.deviceCode)
  expect(tokens.status).toBe(200)
  await approve(second.url, pending.userCode)
  expect((await refresh(second.url, tokens.body.refresh_token ?? '')).status).toBe(200)
  expect(await second.stop()).toBe(0)
})

test('D17 two codes in two browsers of one person do not interfere', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode(await onPostgres(folder))
  const [left, right] = [await start(node.url), await start(node.url)]
  const confirm = await reachConfirmPage(node.url, left.userCode)
  await approve(node.url, right.userCode)
  expect((await poll(node.url, left.deviceCode)).body.error).toBe('authorization_pending')
  expect((await poll(node.url, right.deviceCode)).status).toBe(200)
  await confirm.decide('deny')
  expect((await poll(node.url, left.deviceCode)).body.error).toBe('access_denied')
})
