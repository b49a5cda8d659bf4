/** Ctrl-C, SIGTERM and a closed terminal (SIGHUP): ends the run within a second, except during work that must not be interrupted. */
import { OsaError } from '@osa/sdk/node'

const exitCodeOf = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
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
    // a closed terminal may send SIGHUP twice: itself, and by its shell
    if (received && name === 'SIGHUP') return
    if (received) force()
    received = name
    if (protectedDepth === 0) interrupt()
  }
  const listeners = (Object.keys(exitCodeOf) as Signal[]).map((name) => [name, () => onSignal(name)] as const)
  for (const [name, listener] of listeners) process.on(name, listener)

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
      for (const [name, listener] of listeners) process.off(name, listener)
    },
  }
}
