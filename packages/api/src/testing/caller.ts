/** Callers of the router, over the real operations on the memory store. */
import type { ServerDocument } from '@osa/contract'
import { createConventions } from '@osa/core'
import { memoryConventionStore, type testAuth, testRequester } from '@osa/core/testing'
import { appRouter } from '../router.ts'
import { createCallerFactory } from '../trpc.ts'

export const testServerDocument: ServerDocument = {
  name: 'Test archive',
  version: '0',
  issuer: 'https://archive.example',
  api: 'https://archive.example/api/v1',
  trpc: 'https://archive.example/trpc',
  refresh_reuse_grace_seconds: 30,
}

/** Returns a function that makes callers, which present an access token or none. */
export function testCallers(node: ReturnType<typeof testAuth>, stopping = new AbortController()) {
  const conventions = createConventions({ ...node.deps, store: memoryConventionStore(node.store) })
  return (accessToken: string | null) =>
    createCallerFactory(appRouter)({
      auth: node.auth,
      conventions,
      requester: testRequester,
      accessToken,
      serverDocument: testServerDocument,
      stopping: stopping.signal,
      isUnavailable: () => false,
    })
}
