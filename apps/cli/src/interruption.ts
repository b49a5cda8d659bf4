/** Ctrl-C and SIGTERM: ends the run within a second, except inside work that must not be cut in half. */
import { OsaError } from '@osa/sdk/node'

const exitCodeOf = { SIGINT: 130, SIGTERM: 143 } as const
type Signal = keyof typeof exitCodeOf

export interface Interruption {
  readonly signal: AbortSignal
  /** The exit code of the signal that came; null when none has. */
  exitCode(): number | null
  /** Runs work that a first signal waits for; a second one forces the end. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T>
  stop(): void
}

const unwindWithinMs = 700

/** Listens for signals. `onForcedExit` tidies the terminal when the run does not end by itself in time. */
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
