/** The protocol between this process and its keychain helper: one request on its stdin, replies on its stdout, each one line of JSON. */
import { type KeychainAnswer, type KeychainBinding, keychainBindings } from './keychain.ts'

interface RequestBase {
  /** The bindings in order of preference. The first that can be loaded is used. */
  readonly bindings: readonly KeychainBinding[]
  readonly service: string
  /** The process that waits for the reply. */
  readonly parent: number
}

export type HelperRequest = RequestBase &
  (
    | { readonly verb: 'probe' }
    | { readonly verb: 'get' | 'delete'; readonly account: string }
    | { readonly verb: 'set'; readonly account: string; readonly secret: string }
  )

/** `started`: the process is running and has loaded the native module. `connected`: the keychain has answered. `done`: the result. */
export type HelperReply =
  | { readonly phase: 'started' }
  | { readonly phase: 'connected' }
  | { readonly phase: 'done'; readonly binding: KeychainBinding | null; readonly answer: KeychainAnswer<unknown> }

const failureKinds = ['absent', 'locked', 'silent', 'broken']

function isAnswer(value: unknown): value is KeychainAnswer<unknown> {
  if (typeof value !== 'object' || value === null) return false
  if ('value' in value) return true
  const failure = (value as { failure?: { kind?: unknown; reason?: unknown } }).failure
  return failureKinds.includes(failure?.kind as string) && typeof failure?.reason === 'string'
}

/** Parses a line of the helper's output; returns null if it is not a reply. */
export function parseHelperReply(line: string): HelperReply | null {
  let reply: { phase?: unknown; binding?: unknown; answer?: unknown } | null
  try {
    reply = JSON.parse(line) as typeof reply
  } catch {
    // Not a reply: a native library may write to stdout too.
    return null
  }
  if (reply?.phase === 'started' || reply?.phase === 'connected') return { phase: reply.phase }
  const isBinding = reply?.binding === null || keychainBindings.some((name) => name === reply?.binding)
  if (reply?.phase !== 'done' || !isBinding || !isAnswer(reply.answer)) return null
  return { phase: 'done', binding: reply.binding as KeychainBinding | null, answer: reply.answer }
}
