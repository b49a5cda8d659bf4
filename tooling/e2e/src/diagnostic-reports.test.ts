/** Diagnostic reports of Node.js, and what other users can see of a process: no secrets of the environment. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { listen } from './listen.ts'
import { startNode } from './node-process.ts'
import { spawnOsa } from './osa-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const reportsIn = (folder: string) => ({
  NODE_OPTIONS: `--report-on-signal --report-uncaught-exception --report-on-fatalerror --report-directory=${folder}`,
})

/** Requests a report from the process and waits until it is complete. */
async function reportOf(pid: number, folder: string): Promise<string> {
  process.kill(pid, 'SIGUSR2')
  for (let tries = 0; tries < 6_000; tries++) {
    const [name] = (await readdir(folder)).filter((one) => one.endsWith('.json'))
    const text = name === undefined ? '' : await readFile(join(folder, name), 'utf8')
    if (text.trimEnd().endsWith('}') && isJson(text)) return text
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('no report was written')
}
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false // not yet complete
  }
}

/** Returns what every user of the machine can read about a process: its command line and its name. */
const shownOf = async (pid: number): Promise<string> =>
  `${await readFile(`/proc/${pid}/cmdline`, 'utf8')} ${await readFile(`/proc/${pid}/comm`, 'utf8')}`

test('I06 I04 a diagnostic report of a node, and its command line, contain none of its secrets', async () => {
  await using folder = await temporaryFolder()
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const [secret, clientSecret] = [
    randomBytes(32).toString('base64url'),
    `client-secret-${randomBytes(9).toString('hex')}`,
  ]
  await using node = await startNode({
    ...reportsIn(folder.path),
    DATABASE_URL: databaseUrl,
    OSA_DATA_DIR: join(folder.path, 'data'),
    OSA_SECRET: secret,
    OSA_OIDC_ISSUER: 'http://127.0.0.1:9',
    OSA_OIDC_CLIENT_ID: 'reported',
    OSA_OIDC_CLIENT_SECRET: clientSecret,
  })
  const report = await reportOf(node.pid, folder.path)
  expect(JSON.parse(report)).toMatchObject({ header: { event: 'SIGUSR2' } })
  const { password } = new URL(databaseUrl)
  for (const text of [report, await shownOf(node.pid)]) {
    for (const hidden of [secret, clientSecret, databaseUrl, ...(password === '' ? [] : [password])]) {
      expect(text.includes(hidden)).toBe(false)
    }
  }
})

test('I06 a diagnostic report of a command, and its command line, do not contain its token', async () => {
  await using folder = await temporaryFolder()
  const token = `canary.${randomBytes(24).toString('base64url')}.token`
  let asked = () => {}
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  // an archive that does not answer keeps the command running
  await using silent = await listen(createServer(() => asked()))
  const server = silent.url
  const osa = spawnOsa(['whoami', '--server', server], {
    home: join(folder.path, 'home'),
    env: { ...reportsIn(folder.path), OSA_TOKEN: token, OSA_SERVER: server },
  })
  try {
    await isAsked
    const pid = osa.child.pid ?? 0
    expect((await reportOf(pid, folder.path)).includes(token)).toBe(false)
    expect((await shownOf(pid)).includes(token)).toBe(false)
  } finally {
    osa.child.kill('SIGKILL')
    await osa.ended
  }
})
