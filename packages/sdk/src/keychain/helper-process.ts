/** Runs the keychain helper for one request. Each phase has a deadline, after which the helper is killed. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { OsaError } from '../errors.ts'
import { type HelperReply, type HelperRequest, parseHelperReply } from './helper-protocol.ts'
import type { KeychainAnswer, KeychainBinding, KeychainFailure } from './keychain.ts'

/** How long each phase may take, in milliseconds. */
export interface HelperDeadlines {
  /** Until the process has started and loaded its native module. This depends on the machine, not on the keychain. */
  readonly startMs: number
  /** From then until the keychain answers for the first time. A hung D-Bus blocks here. */
  readonly connectMs: number
  /** From then until the result. A person may be typing a password; a keychain that still waits for it at the deadline counts as locked. */
  readonly operationMs: number
}

export interface HelperOptions {
  readonly helper: URL
  readonly env: Record<string, string>
  readonly deadlines: HelperDeadlines
  /** The name of the keychain in failures: `the Secret Service`. */
  readonly what: string
  /** Called once if the operation takes longer than `waitingAfterMs`. */
  readonly onWaiting?: (() => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HelperResult {
  readonly binding: KeychainBinding | null
  readonly answer: KeychainAnswer<unknown>
}

/** Omits `parent` from each member of a union; `Omit` alone would merge the members. */
type WithoutParent<T> = T extends unknown ? Omit<T, 'parent'> : never
/** A request without the fields that `askHelper` adds. */
export type Question = WithoutParent<HelperRequest>

const waitingAfterMs = 1500
const mostPatience = 3

/** By what factor deadlines are extended. On an overloaded machine (sixty commands at once), a slow helper does not mean a hung keychain. */
function patience(): number {
  const [load = 0] = loadavg()
  return Math.min(mostPatience, Math.max(1, load / availableParallelism()))
}

async function startHelper({ helper, env }: HelperOptions): Promise<ChildProcessWithoutNullStreams> {
  // Loaded on demand: most runs never open a keychain.
  const { spawn } = await import('node:child_process')
  const { fileURLToPath } = await import('node:url')
  const stdio = ['pipe', 'pipe', 'ignore'] as const
  // Does not pass on the caller's Node options: --inspect and --require must not get near a secret.
  const child = spawn(process.execPath, [fileURLToPath(helper)], { env, stdio: [...stdio], windowsHide: true })
  return child as unknown as ChildProcessWithoutNullStreams
}

/** The failures for a helper that is silent or ends early. */
const endings = (what: string) => ({
  closed: { kind: 'locked', reason: 'it did not open in time' } satisfies KeychainFailure,
  silent: { kind: 'silent', reason: `${what} did not answer` } satisfies KeychainFailure,
  gone: { kind: 'absent', reason: `the helper that asks ${what} ended without an answer` } satisfies KeychainFailure,
  notStarted: { kind: 'absent', reason: `the helper that asks ${what} can't be started` } satisfies KeychainFailure,
})

/** Follows a running helper through its phases. Resolves when the helper has ended. */
const followHelper = (child: ChildProcessWithoutNullStreams, options: HelperOptions): Promise<HelperResult> =>
  new Promise((resolve) => {
    const { deadlines, what, onWaiting } = options
    const timers = new Set<NodeJS.Timeout>()
    let result: HelperResult | null = null
    let hasExited = false
    const settle = (): void => {
      for (const timer of timers) clearTimeout(timer)
      resolve(result ?? { binding: null, answer: { failure: endings(what).gone } })
    }
    const end = (found: HelperResult): void => {
      result ??= found
      if (hasExited) settle()
      else child.kill('SIGKILL')
    }
    const fail = (failure: KeychainFailure): void => end({ binding: null, answer: { failure } })
    let phase = 0
    const allow = (ms: number, otherwise: KeychainFailure): void => {
      for (const timer of timers) clearTimeout(timer)
      const thisPhase = ++phase
      const startedAtMs = performance.now()
      const check = (): void => {
        const leftMs = ms * patience() - (performance.now() - startedAtMs)
        if (leftMs > 0) timers.add(setTimeout(check, Math.min(leftMs, 1000)))
        // Reads pending output first: a busy machine runs timers before it reads pipes.
        else setImmediate(() => phase === thisPhase && fail(otherwise))
      }
      timers.add(setTimeout(check, ms))
    }
    const receive = (reply: HelperReply | null): void => {
      if (reply?.phase === 'started') allow(deadlines.connectMs, endings(what).silent)
      if (reply?.phase === 'connected') {
        allow(deadlines.operationMs, endings(what).closed)
        timers.add(setTimeout(() => onWaiting?.(), waitingAfterMs))
      }
      if (reply?.phase === 'done') end({ binding: reply.binding, answer: reply.answer })
    }
    let unread = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (unread + text).split('\n')
      unread = lines.pop() ?? ''
      for (const line of lines) receive(parseHelperReply(line))
    })
    child.on('error', () => {
      fail(endings(what).notStarted)
      settle()
    })
    // Without a result, more output may still arrive before `close`. With one, processes that the child has started are not waited for.
    child.on('exit', () => {
      hasExited = true
      if (result) settle()
    })
    child.on('close', settle)
    allow(deadlines.startMs, endings(what).silent)
  })

/**
 * Sends a request to a new helper process and returns its answer. The helper has ended when this settles, and never outlives this process.
 * Throws `aborted` when the signal fires.
 */
export async function askHelper(question: Question, options: HelperOptions): Promise<HelperResult> {
  const { signal } = options
  if (signal?.aborted) throw new OsaError('aborted', 'Cancelled')
  const child = await startHelper(options)
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  signal?.addEventListener('abort', kill)
  if (signal?.aborted) kill()
  try {
    // The child may end before it has read its input; followHelper handles that.
    child.stdin.on('error', () => undefined)
    child.stdin.write(`${JSON.stringify({ ...question, parent: process.pid })}\n`)
    const result = await followHelper(child, options)
    if (signal?.aborted) throw new OsaError('aborted', 'Cancelled')
    return result
  } finally {
    process.off('exit', kill)
    signal?.removeEventListener('abort', kill)
  }
}
