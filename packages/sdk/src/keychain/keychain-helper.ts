/**
 * The program of the helper process: one request on stdin, one keychain operation, one reply on stdout. A hung D-Bus blocks the thread that
 * asks for good; this process can be killed, the one that waits for it goes on. Its stdin closing means that nobody waits any more.
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
    // A kill, not an exit: leaving in good order would wait for the native call that hangs.
    process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'))
  })

type Loaded = { binding: KeychainBinding; openVault: VaultOpener } | { failure: KeychainFailure }

function notInstalled(bindings: readonly KeychainBinding[]): KeychainFailure {
  const names = bindings.map((name) => (name === 'keyring' ? '@napi-rs/keyring' : name))
  return { kind: 'absent', reason: `${names.join(' or ')} is not installed or does not load here` }
}

/** The first binding that is installed decides: where the one cannot reach the keychain, the other cannot either. */
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

// A terminal sends Ctrl-C to every process in it; whether this one is to be cut off is for the waiting one to say.
process.on('SIGINT', () => undefined)
// No top-level await: the bundle of the command is CommonJS.
void run()
