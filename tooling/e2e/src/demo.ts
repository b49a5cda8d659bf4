/**
 * `npm run demo`: a node on the embedded database with the development sign-in, `osa login` against it in this terminal, `osa whoami`
 * after the approval, and the node until Ctrl-C. Everything lives in one temporary folder, which is removed at the end.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NodeProcess, repository, startNode } from './node-process.ts'

const say = (line: string) => process.stderr.write(`${line}\n`)

/** Runs `osa` in this terminal; its credentials and its project folder are the demo's own. */
const osa = async (folder: string, args: string[]): Promise<number | null> => {
  const child = spawn(process.execPath, [join(repository, 'apps/cli/bin/osa.js'), ...args], {
    cwd: join(folder, 'project'),
    env: {
      ...process.env,
      OSA_CONFIG_DIR: join(folder, 'config'),
      OSA_CREDENTIAL_STORE: 'file',
      OSA_TOKEN: '',
      OSA_SERVER: '',
    },
    stdio: 'inherit',
  })
  const [code] = await once(child, 'exit')
  return code
}

const run = async (folder: string, stopped: Promise<void>, keep: (node: NodeProcess) => void): Promise<void> => {
  await mkdir(join(folder, 'project'))
  say(' … Starting a node on the embedded database (a few seconds)')
  const node = await startNode({ OSA_DATA_DIR: join(folder, 'data') })
  keep(node)
  say(` ✓ The node runs at ${node.url}`)
  say(`\n$ osa login ${node.url}`)
  const loggedIn = await osa(folder, ['login', node.url, '--device'])
  if (loggedIn === 0) {
    say('\n$ osa whoami')
    await osa(folder, ['whoami'])
  }
  say(`\n   The node keeps running at ${node.url}`)
  say('   Look at your terminals there: /account/sessions')
  say('   Ctrl-C stops it and removes everything this demo made')
  await stopped
}

const folder = await mkdtemp(join(tmpdir(), 'osa-demo-'))
let node: NodeProcess | null = null
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
})
try {
  await Promise.race([
    run(folder, stopped, (started) => {
      node = started
    }),
    stopped,
  ])
} catch (error) {
  say(` ✗ The demo could not go on\n   ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
} finally {
  await (node as NodeProcess | null)?.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  say('\n ✓ Stopped; nothing is left behind')
}
process.exit()
