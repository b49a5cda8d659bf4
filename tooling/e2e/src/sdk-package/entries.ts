/** Imports all entries, for compiling with various settings. It is never run. */
import { createOsaClient, type OsaClient, OsaError } from '@osa/sdk'
import { defineConvention } from '@osa/sdk/convention'
import { loadConventions } from '@osa/sdk/deploy'
import { openNetwork } from '@osa/sdk/internal'
import { openSystemKeychain, storedCredentials, type TokenProvider } from '@osa/sdk/node'
import { jsonSchemaOf } from '@osa/sdk/schemas'
import { type FakeOsaServer, fakeOsaServer, makeTemporaryDir } from '@osa/sdk/testing'

export const provider: TokenProvider = storedCredentials()
export const client = (server: string): OsaClient => createOsaClient({ server, auth: provider })
export const fake = (): Promise<FakeOsaServer> => fakeOsaServer()
export const all = [
  OsaError,
  openNetwork,
  defineConvention,
  loadConventions,
  openSystemKeychain,
  jsonSchemaOf,
  makeTemporaryDir,
]
