/** Runs the keychain helper for one request, with a deadline for each of its phases, and kills it when one passes. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { OsaError } from '../errors.ts'
import { type HelperReply, type HelperRequest, parseHelperReply } from './helper-protocol.ts'
import type { KeychainAnswer, KeychainBinding, KeychainFailure } from './keychain.ts'

/** Milliseconds for each phase. */
export interface HelperDeadlines {
  /** Until the process runs and has loaded its native module: a matter of the machine, not of the keychain. */
  readonly startMs: number
  /** From there until the keychain has answered at all: a hung D-Bus blocks here. */
  readonly connectMs: number
  /** From there until the result: a person may be typing a password, and a keychain that waits for one counts as locked. */
  readonly operationMs: number
}

export interface HelperOptions {
  readonly helper: URL
  readonly env: Record<string, string>
  readonly deadlines: HelperDeadlines
  /** What it is that does not answer: `the Secret Service`. */
  readonly what: string
  /** Told once when the operation has taken `waitingAfterMs`. */
  readonly onWaiting?: (() => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HelperResult {
  readonly binding: KeychainBinding | null
  readonly answer: KeychainAnswer<unknown>
}

/** Keeps the union apart, which `Omit` alone would melt. */
type WithoutParent<T> = T extends unknown ? Omit<T, 'parent'> : never
/** A request as its caller writes it. */
export type Question = WithoutParent<HelperRequest>

const waitingAfterMs = 1500
const mostPatience = 3

/** How many times its deadline a phase may take: a machine that has far more to do than it can (sixty commands at once) is no hung keychain. */
function patience(): number {
  const [load = 0] = loadavg()
  return Math.min(mostPatience, Math.max(1, load / availableParallelism()))
}

async function startHelper({ helper, env }: HelperOptions): Promise<ChildProcessWithoutNullStreams> {
  // Loaded here: most runs never open a keychain.
  const { spawn } = await import('node:child_process')
  const { fileURLToPath } = await import('node:url')
  const stdio = ['pipe', 'pipe', 'ignore'] as const
  // No Node option of the caller's is passed on: --inspect or --require have no business beside a secret.
  const child = spawn(process.execPath, [fileURLToPath(helper)], { env, stdio: [...stdio], windowsHide: true })
  return child as unknown as ChildProcessWithoutNullStreams
}

/** What the helper's silence or early end means. */
const endings = (what: string) => ({
  closed: { kind: 'locked', reason: 'it did not open in time' } satisfies KeychainFailure,
  silent: { kind: 'silent', reason: `${what} did not answer` } satisfies KeychainFailure,
  gone: { kind: 'absent', reason: `the helper that asks ${what} ended without an answer` } satisfies KeychainFailure,
  notStarted: { kind: 'absent', reason: `the helper that asks ${what} can't be started` } satisfies KeychainFailure,
})

/** Follows the phases of a running helper to its end. */
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
        // What has been said already is heard first: a busy machine runs timers before it reads pipes.
        else setImmediate(() => phase === thisPhase && fail(otherwise))
      }
      timers.add(setTimeout(check, ms))
    }
    const hear = (reply: HelperReply | null): void => {
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
      for (const line of lines) hear(parseHelperReply(line))
    })
    child.on('error', () => {
      fail(endings(what).notStarted)
      settle()
    })
    // Without a result the rest of stdout is still to come; with one, nothing that the child has started is waited for.
    child.on('exit', () => {
      hasExited = true
      if (result) settle()
    })
    child.on('close', settle)
    allow(deadlines.startMs, endings(what).silent)
  })

/**
 * One request, one answer. The child is gone when this settles, and does not outlive this process. Throws `aborted` when the signal
 * fires.
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
    // The child may be gone before it has read; followHelper hears of that end.
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
