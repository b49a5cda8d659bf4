/** `osa sessions`, `osa status`, `osa doctor` and `osa token` with a real node and two terminals of one person. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { runOsa } from './osa-process.ts'
import { logIn } from './stored-login.ts'
import { temporaryFolder } from './temporary-folder.ts'

const osa = (args: string[], home: string) => runOsa([...args, '--json'], { home })

test('a person lists their terminals on one of them and ends the session of the other', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode(await onPostgres(folder))
  const homes = [join(folder.path, 'first'), join(folder.path, 'second')] as const
  for (const home of homes) await logIn(node.url, { home })
  const listed = await osa(['sessions'], homes[0])
  expect(listed.code).toBe(0)
  const { sessions } = JSON.parse(listed.stdout) as {
    sessions: { id: string; current: boolean; client_name: string }[]
  }
  expect(sessions.map(({ current }) => current).sort()).toEqual([false, true])
  expect(sessions[0]?.client_name).toBe('OSA command line')
  const other = sessions.find(({ current }) => !current)?.id ?? ''
  expect(JSON.parse((await osa(['status'], homes[1])).stdout)).toMatchObject({
    logins: [{ state: 'ok', current: true }],
  })
  const healthy = await osa(['doctor'], homes[1])
  expect(healthy.code).toBe(0)
  const { checks } = JSON.parse(healthy.stdout) as { checks: { check: string; state: string }[] }
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([])
  expect((await osa(['sessions', '--revoke', other], homes[0])).code).toBe(0)
  expect((await osa(['doctor'], homes[1])).code).toBe(4)
  expect((await osa(['status'], homes[1])).code).toBe(4)
  expect((await osa(['whoami'], homes[1])).code).toBe(4)
  const token = JSON.parse((await osa(['token'], homes[0])).stdout) as { access_token: string }
  const me = await fetch(`${node.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token.access_token}` } })
  expect(me.status).toBe(200)
  expect((await osa(['sessions', '--revoke', '00000000-0000-4000-8000-000000000000'], homes[0])).code).toBe(2)
})
