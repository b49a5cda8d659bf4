/** The test server keeps its data over a restart, and does not outlive a test run that is killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runOn, startPostgres } from './postgres-server.ts'

test('a stopped server refuses connections, and has the same URL and data when started again', async () => {
  await using server = await startPostgres()
  await runOn(server.url(), 'create table kept (n int)')
  await server.stop()
  await expect(runOn(server.url(), 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await server.start()
  expect((await runOn(server.url(), 'select n from kept')).rows).toEqual([])
})

test('when a test run is killed, its server ends too', async () => {
  const module = new URL('./postgres-server.ts', import.meta.url).href
  const script = `
    const { startPostgres } = await import(${JSON.stringify(module)})
    const server = await startPostgres()
    console.log(server.url())
    setInterval(() => undefined, 1_000)`
  const run = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [chunk] = await once(run.stdout, 'data')
  const url = String(chunk).trim()
  expect((await runOn(url, 'select 1 as one')).rows).toEqual([{ one: 1 }])
  run.kill('SIGKILL')
  const isGone = () =>
    runOn(url, 'select 1').then(
      () => false,
      () => true,
    )
  let gone = false
  for (let waits = 0; waits < 100 && !gone; waits++) {
    await wait(100)
    gone = await isGone()
  }
  expect(gone).toBe(true)
})
