/** What a consumer's compiler must find where it sees the build for Node: everything may be left out, and come from where it may be unset. */
import { createOsaClient } from '@osa/sdk'
import { login } from '@osa/sdk/node'

const { SOME_SERVER: server, SOME_TOKEN: auth } = process.env

export const clients = [createOsaClient(), createOsaClient({ server, auth, signal: undefined, retry: undefined })]

// @ts-expect-error there is no such way to sign
createOsaClient({ auth: { type: 'cookie' } })
// @ts-expect-error nobody would see the code
void login({ server: 'https://archive.example.org', storage: undefined })
