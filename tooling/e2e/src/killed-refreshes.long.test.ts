import { join } from 'node:path'
import { expect, test } from 'vitest'
import { approve } from './approve.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { temporaryFolder } from './temporary-folder.ts'

type Document = Record<string, string>

async function post(url: string, fields: Document): Promise<{ status: number; body: Document }> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ client_id: 'osa-cli', ...fields }) })
  return { status: answer.status, body: (await answer.json()) as Document }
}
const refresh = (url: string, refreshToken: string) =>
  post(`${url}/oauth/token`, { grant_type: 'refresh_token', refresh_token: refreshToken })

/** Signs in a terminal that refreshes continuously until the node is gone, and keeps the last token it received. */
async function signIn(url: string) {
  const { body: started } = await post(`${url}/oauth/device_authorization`, {})
  await approve(url, started.user_code ?? '')
  const { body } = await post(`${url}/oauth/token`, {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: started.device_code ?? '',
  })
  let kept = body.refresh_token ?? ''
  let rotations = 0
  const refreshUntilGone = async () => {
    for (;;) {
      // the kill breaks the connection; the last token remains
      const answer = await refresh(url, kept).catch(() => null)
      if (answer === null) return
      expect(answer.status).toBe(200)
      kept = answer.body.refresh_token ?? ''
      rotations++
    }
  }
  return { refreshUntilGone, kept: () => kept, rotations: () => rotations }
}

const settle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Kills the node during many refreshes, restarts it, and lets every terminal continue with its last token. */
async function killAndRecover(settings: Record<string, string>): Promise<void> {
  let node: NodeProcess = await startNode(settings)
  try {
    const { url } = node
    const port = new URL(url).port
    const terminals = await Promise.all(Array.from({ length: 8 }, () => signIn(url)))
    const rotations = () => terminals.reduce((sum, terminal) => sum + terminal.rotations(), 0)
    for (let kill = 0; kill < 3; kill++) {
      const storm = terminals.map(({ refreshUntilGone }) => refreshUntilGone())
      while (rotations() < (kill + 1) * 70) await settle(5)
      await node.kill()
      await Promise.all(storm)
      node = await startNode({ ...settings, PORT: port })
      for (const terminal of terminals) {
        // retried if a pooled connection to the killed node turns out to be dead
        const again = await refresh(url, terminal.kept()).catch(() => refresh(url, terminal.kept()))
        expect(again, 'the last token works, or gets the successor whose answer was lost').toMatchObject({
          status: 200,
        })
        const repeated = await refresh(url, terminal.kept())
        expect(repeated.body.refresh_token).toBe(again.body.refresh_token)
      }
    }
  } finally {
    await node.stop()
  }
}

test('G15 after kill -9 during 200 refreshes on the embedded database, every terminal continues with its last token', async () => {
  await using folder = await temporaryFolder()
  await killAndRecover({ OSA_DATA_DIR: join(folder.path, 'data') })
})

test('G15 after kill -9 during 200 refreshes on PostgreSQL, every terminal continues with its last token', async () => {
  await using folder = await temporaryFolder()
  await killAndRecover(await onPostgres(folder))
})
