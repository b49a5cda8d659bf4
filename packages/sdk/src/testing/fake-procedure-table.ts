/** The built-in procedures of the scripted node, which a test can replace. */
import type { createFakeConventions } from './fake-conventions.ts'
import type { FakeDeviceFlow } from './fake-device-flow.ts'
import { type FakeProcedure, FakeRefusal, type ScriptedProcedure } from './fake-procedures.ts'
import type { FakeSessions, Family } from './fake-sessions.ts'

interface FakeNode {
  readonly url: string
  readonly user: object
  /** The session of the caller's access token, if any. */
  readonly family: Family | undefined
  readonly attempts: (string | null)[]
  readonly flow: FakeDeviceFlow
  readonly sessions: FakeSessions
  readonly conventions: ReturnType<typeof createFakeConventions>
  document(): object
  deploy(input: { conventions: Record<string, unknown>[] }): object
}

const open = (answer: (input: never, signal: AbortSignal | undefined) => unknown): ScriptedProcedure => ({
  isPublic: true,
  answer: answer as FakeProcedure,
})

/** Returns the procedures of a node for one request. */
export function proceduresOn(node: FakeNode): Readonly<Record<string, ScriptedProcedure>> {
  const { url, flow, sessions, conventions } = node
  return {
    me: () => node.user,
    'server.info': open(() => node.document()),
    'device.start': open(() => flow.start(url)),
    'device.verify': open(({ user_code }: { user_code: string }) => flow.verify(user_code, url)),
    'device.token': open(({ device_code }: { device_code: string }) => flow.poll(device_code)),
    'device.watch': open(({ device_code_hash }: { device_code_hash: string }, signal) =>
      flow.watch(device_code_hash, signal),
    ),
    'session.refresh': open(({ refresh_token, attempt }: { refresh_token: string; attempt?: string }) => {
      node.attempts.push(attempt ?? null)
      return sessions.refresh(refresh_token)
    }),
    'session.end': open(({ refresh_token }: { refresh_token: string }) => sessions.end(refresh_token)),
    'session.list': () => sessions.list(node.family),
    'session.revoke': (input) => sessions.revoke((input as { session_id: string }).session_id),
    'conventions.list': open(() => conventions.list()),
    'conventions.get': open((input: { slug: string; version?: number }) => {
      const found = conventions.get(input)
      if (!found) throw new FakeRefusal('NOT_FOUND', 404, 'There is no such convention.')
      return found
    }),
    'conventions.deploy': (input) => node.deploy(input as { conventions: Record<string, unknown>[] }),
  }
}
