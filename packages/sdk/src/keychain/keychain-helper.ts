/**
 * The program of the helper process: one request on stdin, one keychain operation, one reply on stdout. A hung D-Bus blocks the calling thread
 * forever, so the operation runs in this process, which can be killed. When stdin closes, the waiting process is gone, and this one ends.
 */
import { bindingLoaders, isNotInstalled, type VaultOpener } from './bindings.ts'
import type { HelperReply, HelperRequest } from './helper-protocol.ts'
import type { KeychainAnswer, KeychainBinding, KeychainFailure } from './keychain.ts'
import { watchForOrphanhood } from './orphan-watch.ts'
import { failureOf, operate } from './vault-operations.ts'

const say = (reply: HelperReply): Promise<void> =>
  new Promise((written) => process.stdout.write(`${JSON.stringify(reply)}\n`, () => written()))

const readRequest = (): Promise<HelperRequest> =>
  new Promise((resolve) => {
    let text = ''
    process.stdin.setEncoding('utf8')
    process.stdin.on('data', (chunk: string) => {
      text += chunk
      if (text.endsWith('\n')) resolve(JSON.parse(text) as HelperRequest)
    })
    // Kills itself, because a normal exit would wait for the native call that hangs.
    process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'))
  })

type Loaded = { binding: KeychainBinding; openVault: VaultOpener } | { failure: KeychainFailure }

function notInstalled(bindings: readonly KeychainBinding[]): KeychainFailure {
  const names = bindings.map((name) => (name === 'keyring' ? '@napi-rs/keyring' : name))
  return { kind: 'absent', reason: `${names.join(' or ')} is not installed or does not load here` }
}

/** Loads the first binding that is installed. If that one cannot reach the keychain, the other cannot either. */
async function load(bindings: readonly KeychainBinding[]): Promise<Loaded> {
  for (const binding of bindings) {
    try {
      return { binding, openVault: await bindingLoaders[binding]() }
    } catch (error) {
      if (!isNotInstalled(error)) return { failure: failureOf(error) }
    }
  }
  return { failure: notInstalled(bindings) }
}

async function answerOf(request: HelperRequest, openVault: VaultOpener): Promise<KeychainAnswer<unknown>> {
  try {
    const vault = await openVault(request.service)
    await say({ phase: 'connected' })
    return await operate(vault, request)
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

async function run(): Promise<void> {
  const request = await readRequest()
  watchForOrphanhood(request.parent)
  const loaded = await load(request.bindings)
  await say({ phase: 'started' })
  const reply: HelperReply =
    'failure' in loaded
      ? { phase: 'done', binding: null, answer: loaded }
      : { phase: 'done', binding: loaded.binding, answer: await answerOf(request, loaded.openVault) }
  await say(reply)
  process.exit(0)
}

// A terminal sends Ctrl-C, and SIGHUP when it is closed, to all its processes. Ignored here, because the waiting process decides whether to
// kill this one.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
// No top-level await: the bundle of the command is CommonJS.
void run()
