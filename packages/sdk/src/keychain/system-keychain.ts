/** The keychain of this computer: macOS Keychain, Windows Credential Manager, Secret Service. Every call is a process of its own. */
import { extname } from 'node:path'
import type { Environment } from '../credentials/config-dir.ts'
import { helperEnvironment, sessionBusAddress } from './helper-environment.ts'
import { askHelper, type Question } from './helper-process.ts'
import {
  type KeychainAnswer,
  type KeychainBackend,
  type KeychainBinding,
  type KeychainFailure,
  type KeychainItem,
  keychainBindings,
} from './keychain.ts'
import { isBusSilent } from './session-bus.ts'

/** The service under which all items stand, in every keychain. */
export const keychainService = 'osa-cli'

/** How the keychain of this computer is reached. */
export interface SystemKeychainOptions {
  readonly env: Environment
  readonly platform?: NodeJS.Platform
  /** True where a person is looking on, who may be typing a password: then an operation may take a minute, else three seconds. */
  readonly isPatient?: boolean
  /** Told once, when the keychain keeps a person waiting. */
  readonly onWaiting?: () => void
  readonly signal?: AbortSignal
  /** Which native modules to try, in order; the first that is installed is used. */
  readonly bindings?: readonly KeychainBinding[]
  /** The helper's program, for those who bundle this package: `@osa/sdk/keychain-helper` as a file of its own. */
  readonly helper?: URL
}

const startMs = 15_000
const connectMs = 3000
const operationMs = { patient: 60_000, hasty: 3000 }
/** 5 × 512 bytes is what Credential Manager takes (CRED_MAX_CREDENTIAL_BLOB_SIZE); some of it is left to others. */
const windowsMaxBytes = 2400

/** Built, the helper lies beside this file's bundle; from source, beside this file. */
const besideUs = (): URL => new URL(`./keychain-helper${extname(import.meta.url)}`, import.meta.url)

/** What people call the keychain of a platform. */
export function keychainLabel(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'macOS Keychain'
  return platform === 'win32' ? 'Windows Credential Manager' : 'Secret Service keyring'
}

const whatAnswers = (platform: NodeJS.Platform): string =>
  platform === 'linux' ? 'the Secret Service' : `the ${keychainLabel(platform)}`

const noBus: KeychainFailure = {
  kind: 'absent',
  reason: 'the Secret Service did not answer (there is no D-Bus session)',
}

const silentBus: KeychainFailure = { kind: 'silent', reason: 'the Secret Service did not answer' }

/**
 * Opens the system's keychain; nothing runs before the first call. What once was locked or silent is not asked again by this object: a
 * second prompt, or a second wait, would help nobody.
 */
export function openSystemKeychain(options: SystemKeychainOptions): KeychainBackend {
  const { env, platform = process.platform, isPatient = false, signal, bindings = keychainBindings } = options
  const deadlines = { startMs, connectMs, operationMs: isPatient ? operationMs.patient : operationMs.hasty }
  let final: KeychainFailure | null = null
  let hasWaited = false
  let hasBusAnswered = false

  const onWaiting = (): void => {
    if (!hasWaited && isPatient) options.onWaiting?.()
    hasWaited = true
  }
  /** Before the first helper is started, which has to be waited for longer on a busy machine. */
  const busFailure = async (): Promise<KeychainFailure | null> => {
    if (platform !== 'linux') return null
    const bus = sessionBusAddress(env)
    if (bus === null) return noBus
    if (!hasBusAnswered && (await isBusSilent(bus, { ms: connectMs, signal }))) return silentBus
    hasBusAnswered = true
    return null
  }
  const ask = async (request: Question) => {
    final ??= await busFailure()
    if (final) return { binding: null, answer: { failure: final } }
    const helper = options.helper ?? besideUs()
    const what = whatAnswers(platform)
    const result = await askHelper(request, { helper, env: helperEnvironment(env), deadlines, what, onWaiting, signal })
    const { answer } = result
    if ('failure' in answer && ['locked', 'silent'].includes(answer.failure.kind)) final = answer.failure
    return result
  }
  const at = ({ service, account, binding }: KeychainItem) => ({ service, account, bindings: [binding] })

  return {
    label: keychainLabel(platform),
    maxBytes: platform === 'win32' ? windowsMaxBytes : null,
    sharesItems: platform === 'darwin',
    async probe(binding) {
      const wanted = binding ? [binding] : bindings
      const { binding: used, answer } = await ask({ verb: 'probe', bindings: wanted, service: keychainService })
      if ('failure' in answer) return answer
      return used ? { value: used } : { failure: { kind: 'broken', reason: 'its helper names no binding' } }
    },
    async getPassword(item) {
      const { answer } = await ask({ verb: 'get', ...at(item) })
      return answer as KeychainAnswer<string | null>
    },
    async setPassword(item, secret) {
      const { answer } = await ask({ verb: 'set', ...at(item), secret })
      return 'failure' in answer ? answer : { value: undefined }
    },
    async deletePassword(item) {
      const { answer } = await ask({ verb: 'delete', ...at(item) })
      return answer as KeychainAnswer<boolean>
    },
  }
}
