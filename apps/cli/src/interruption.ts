/** Ctrl-C and SIGTERM: ends the run within a second, except during work that must not be interrupted. */
import { OsaError } from '@osa/sdk/node'

const exitCodeOf = { SIGINT: 130, SIGTERM: 143 } as const
type Signal = keyof typeof exitCodeOf

export interface Interruption {
  readonly signal: AbortSignal
  /** The exit code for the signal that was received; null if none was. */
  exitCode(): number | null
  /** Runs work that a first signal lets finish; a second signal ends the process at once. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T>
  stop(): void
}

const unwindWithinMs = 700

/** Listens for signals. `onForcedExit` is called before the process is ended because the run did not stop in time. */
export function listenForInterruption(onForcedExit: () => void): Interruption {
  const controller = new AbortController()
  let received: Signal | null = null
  let protectedDepth = 0

  const force = (): void => {
    onForcedExit()
    process.exit(exitCodeOf[received ?? 'SIGINT'])
  }
  const interrupt = (): void => {
    controller.abort(new OsaError('aborted', 'Cancelled'))
    setTimeout(force, unwindWithinMs).unref()
  }
  const onSignal = (name: Signal): void => {
    if (received) force()
    received = name
    if (protectedDepth === 0) interrupt()
  }
  const onInt = (): void => onSignal('SIGINT')
  const onTerm = (): void => onSignal('SIGTERM')
  process.on('SIGINT', onInt)
  process.on('SIGTERM', onTerm)

  return {
    signal: controller.signal,
    exitCode: () => (received ? exitCodeOf[received] : null),
    async uninterrupted(work) {
      protectedDepth++
      try {
        return await work()
      } finally {
        protectedDepth--
        if (received && protectedDepth === 0) interrupt()
      }
    },
    stop() {
      process.off('SIGINT', onInt)
      process.off('SIGTERM', onTerm)
    },
  }
}
