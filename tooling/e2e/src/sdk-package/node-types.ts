/** Types of the build for Node.js: every option can be omitted or undefined. */
import { createOsaClient } from '@osa/sdk'
import { login } from '@osa/sdk/node'

const { SOME_SERVER: server, SOME_TOKEN: auth } = process.env

export const clients = [createOsaClient(), createOsaClient({ server, auth, signal: undefined, retry: undefined })]

// @ts-expect-error unknown type of auth
createOsaClient({ auth: { type: 'cookie' } })
// @ts-expect-error without onVerification, nobody would see the code
void login({ server: 'https://archive.example.org', storage: undefined })
