/** What a consumer's compiler must find where it sees the build for browsers: nothing is looked up, so everything must be said. */
import { createOsaClient } from '@osa/sdk'

export const osa = createOsaClient({ server: 'https://archive.example.org', auth: { getToken: () => null } })

// @ts-expect-error there is no default for auth
createOsaClient({ server: 'https://archive.example.org' })
// @ts-expect-error nor for the server
createOsaClient({ auth: { type: 'none' } })
// @ts-expect-error a node takes no cookie
createOsaClient({ server: 'https://archive.example.org', auth: { type: 'cookie' } })
