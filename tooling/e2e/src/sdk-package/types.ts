/** Types of the packed SDK: exact types, and errors for wrong calls. It is compiled but never run. */
import {
  type AppRouter,
  canonicalServer,
  createOsaClient,
  isOsaError,
  OsaCallError,
  OsaError,
  type ServerDocument,
  type Session,
  type Whoami,
} from '@osa/sdk'
import { type Credential, login, storedCredentials } from '@osa/sdk/node'
import type { schemas } from '@osa/sdk/schemas'
import { fakeOsaServer } from '@osa/sdk/testing'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const exactly = <A, B>(_same: Equal<A, B>): void => undefined

const osa = createOsaClient({ server: 'https://archive.example.org', auth: storedCredentials() })
type Inputs = inferRouterInputs<AppRouter>
type Outputs = inferRouterOutputs<AppRouter>

exactly<Awaited<ReturnType<typeof osa.me.query>>['roles'], ('admin' | 'publisher' | 'user')[]>(true)
exactly<Awaited<ReturnType<typeof osa.session.revoke.mutate>>, { revoked: true }>(true)
exactly<Outputs['session']['list'][number]['created_at'], Date>(true)
exactly<Outputs['server']['info']['issuer'], string>(true)
exactly<Outputs['me'], Whoami>(true)
exactly<Outputs['session']['list'], Session[]>(true)
exactly<Outputs['server']['info'], ServerDocument>(true)
exactly<ReturnType<typeof schemas.Whoami.parse>, Whoami>(true)
exactly<Inputs['session']['revoke'], { session_id: string }>(true)

export async function wrong(): Promise<void> {
  // @ts-expect-error session_id is missing
  await osa.session.revoke.mutate({})
  // @ts-expect-error session_id is a string
  await osa.session.revoke.mutate({ session_id: 7 })
  // @ts-expect-error there is no such procedure
  await osa.session.steal.query()
  // @ts-expect-error queries have no mutate
  await osa.me.mutate()
  // @ts-expect-error there is no such field
  const { nickname } = await osa.me.query()
  // @ts-expect-error the codes are a closed set
  isOsaError(nickname, 'teapot')
}

/** The types of an error after narrowing. */
export function handle(error: unknown): string | null {
  if (error instanceof OsaCallError) exactly<NonNullable<typeof error.data>['httpStatus'], number>(true)
  if (isOsaError(error, 'forbidden')) return error.hint ?? null
  return error instanceof OsaError ? error.code : null
}

export const entries: [Credential | null, typeof login, typeof fakeOsaServer, typeof canonicalServer] = [
  null,
  login,
  fakeOsaServer,
  canonicalServer,
]
