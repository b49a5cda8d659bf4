/** What a CommonJS caller writes: `require` of the entries, since Node 20.19, and `import()` as ever. It is compiled and never run. */
import { createOsaClient, isOsaError } from '@osa/sdk'

import sdk = require('@osa/sdk/node')

export const provider = sdk.storedCredentials()
export const fake = async () => await (await import('@osa/sdk/testing')).fakeOsaServer()
export { createOsaClient, isOsaError }
