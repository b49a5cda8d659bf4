/**
 * `npm run demo`: starts a node on the embedded database with the development sign-in, runs `osa login` in this terminal, then `osa whoami`
 * and `osa deploy`, and keeps the node running until Ctrl-C. All files are in one temporary folder, which is removed at the end.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { slugOf } from '@osa/contract'
import convention from './demo-convention.json' with { type: 'json' }
import { repository, startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const say = (line: string) => process.stderr.write(`${line}\n`)

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())
const { signal } = stopping
const stopped = once(signal, 'abort')

/** Runs `osa` in this terminal, with credentials and a project folder of the demo. Returns its exit code. */
async function osa(folder: string, args: string[]): Promise<number | null> {
  say(`\n$ osa ${args.join(' ')}`)
  const child = spawn(process.execPath, [join(repository, 'apps/cli/bin/osa.js'), ...args], {
    cwd: join(folder, 'project'),
    // ignores the person's own settings, and CI, in which osa refuses to ask questions
    env: {
      ...process.env,
      OSA_CONFIG_DIR: join(folder, 'config'),
      OSA_CREDENTIAL_STORE: 'file',
      OSA_TOKEN: '',
      OSA_SERVER: '',
      CI: '',
    },
    stdio: 'inherit',
    signal,
  })
  const [code] = await once(child, 'exit')
  return code
}

/** The exit code of `osa` if the signed-in person is not allowed to do something. */
const notAllowed = 5

/** Deploys the example, which needs no image, and prints the address of its page. */
async function deploy(folder: string, url: string): Promise<void> {
  await writeFile(join(folder, 'project', 'osa.config.json'), JSON.stringify(convention, null, 2))
  const code = await osa(folder, ['deploy'])
  if (code === 0) say(`\n   Its page: ${url}/conventions/${slugOf(convention.title)}`)
  if (code === notAllowed) say('   Josiah Carberry is allowed to deploy: sign in as him next time')
}

async function demo(): Promise<void> {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'project'))
  say(' … Starting a node on the embedded database (a few seconds)')
  await using node = await startNode({ OSA_DATA_DIR: join(folder.path, 'data') }, { signal })
  say(` ✓ The node runs at ${node.url}`)
  if ((await osa(folder.path, ['login', node.url])) === 0) {
    await osa(folder.path, ['whoami'])
    await deploy(folder.path, node.url)
  }
  say(`\n   The node keeps running at ${node.url}`)
  say(`   Your terminals there: ${node.url}/account/sessions`)
  say('   Ctrl-C stops it and removes everything that this demo created')
  await Promise.race([stopped, node.ended])
  if (!signal.aborted) throw new Error(`the node exited unexpectedly:\n${node.output()}`)
}

try {
  await demo()
} catch (error) {
  // errors caused by stopping are expected
  if (!signal.aborted) {
    say(` ✗ The demo failed\n   ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  }
}
say('\n ✓ Stopped; nothing is left behind')
