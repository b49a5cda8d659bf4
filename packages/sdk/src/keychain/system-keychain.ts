/** The keychain of this computer: macOS Keychain, Windows Credential Manager, Secret Service. Every call runs in a separate process. */
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

/** The service name of all our items, in every keychain. */
export const keychainService = 'osa-cli'

/** Options of `openSystemKeychain`. */
export interface SystemKeychainOptions {
  /** The environment variables, usually `process.env`. */
  readonly env: Environment
  /** The platform; this process's by default. */
  readonly platform?: NodeJS.Platform
  /** True if a person is present, who may have to type a password. An operation may then take a minute, otherwise three seconds. */
  readonly isPatient?: boolean
  /** Called once, if a person has to wait for the keychain. Only with `isPatient`. */
  readonly onWaiting?: () => void
  /** Cancels operations with `aborted`. */
  readonly signal?: AbortSignal
  /** The native modules to try, in order. The first that is installed is used. */
  readonly bindings?: readonly KeychainBinding[]
  /** The helper's program. Set it if you bundle this package: ship `@osa/sdk/keychain-helper` as a separate file and pass its URL. */
  readonly helper?: URL
}

const startMs = 15_000
const connectMs = 3000
const operationMs = { patient: 60_000, hasty: 3000 }
/** Credential Manager accepts 5 × 512 bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE); this leaves a margin. */
const windowsMaxBytes = 2400

/** The helper is beside this file, or beside its bundle if built. */
const defaultHelper = (): URL => new URL(`./keychain-helper${extname(import.meta.url)}`, import.meta.url)

/** Returns the name of a platform's keychain, for messages. */
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
 * Opens the system's keychain. Nothing runs before the first call. Once the keychain was locked or silent, this object does not try it again,
 * to avoid a second prompt or a second wait.
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
  /** Checks the bus before the first helper is started, because on a busy machine a helper has to be given more time than a bus. */
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
    const helper = options.helper ?? defaultHelper()
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
      return used ? { value: used } : { failure: { kind: 'broken', reason: 'its helper did not name a binding' } }
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
