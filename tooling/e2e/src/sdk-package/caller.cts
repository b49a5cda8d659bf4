/** A CommonJS program in TypeScript, with `require` (Node.js 20.19 or newer) and `import()` of the entries. It is compiled but never run. */
import { createOsaClient, isOsaError } from '@osa/sdk'

import sdk = require('@osa/sdk/node')

export const provider = sdk.storedCredentials()
export const fake = async () => await (await import('@osa/sdk/testing')).fakeOsaServer()
export { createOsaClient, isOsaError }
