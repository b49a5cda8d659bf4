/** Reports the error that ends a run: one block of text or one JSON document, and an exit code. A stack trace only with OSA_DEBUG=1. */
import { cleanText, type Environment, isOsaError, OsaError } from '@osa/sdk/node'
import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'

/** Turns any thrown value into an `OsaError`; an unexpected one gets the code `internal`. */
export function toOsaError(error: unknown): OsaError {
  if (isOsaError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new OsaError('internal', `Something went wrong inside osa: ${cleanText(message)}`, {
    hint: 'Run the command again with OSA_DEBUG=1 and report its output',
    cause: error,
  })
}

const failDocument = (error: OsaError) => ({
  code: error.code === 'aborted' ? 'interrupted' : error.code,
  message: cleanText(error.message, 400),
  ...(error.hint ? { hint: error.hint } : {}),
  exit_code: exitCodes[error.code],
  ...(error.server ? { server: error.server } : {}),
  ...(error.status === undefined ? {} : { http_status: error.status }),
  retryable: error.retryable,
  ...(error.path ? { path: error.path } : {}),
  ...(error.issues ? { issues: error.issues } : {}),
  ...(error.requestId ? { request_id: error.requestId } : {}),
})

/** Prints the failure and returns the exit code. `isEventStream`: the command prints JSON Lines, and this is the last line. */
export function reportFailure(io: Io, error: OsaError, options: { env: Environment; isEventStream: boolean }): number {
  if (io.isJson) {
    io.json({ v: 1, ...(options.isEventStream ? { event: 'result' } : {}), ok: false, error: failDocument(error) })
  } else {
    const { needed } = io
    io.fail(error.message)
    const after = error.code === 'needs_person' ? error.details : []
    for (const line of after.length > 0 ? [] : error.details) needed.say(line)
    if (error.hint) needed.hint(error.hint)
    for (const line of after) needed.say(line)
  }
  if (options.env.OSA_DEBUG === '1' && error.code === 'internal' && error.cause instanceof Error) {
    for (const line of (error.cause.stack ?? '').split('\n')) io.debug(line)
  }
  return exitCodes[error.code]
}
