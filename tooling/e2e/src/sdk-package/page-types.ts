/** Types of the build for browsers: it looks nothing up, so every option is required. */
import { createOsaClient } from '@osa/sdk'

export const osa = createOsaClient({ server: 'https://archive.example.org', auth: { getToken: () => null } })

// @ts-expect-error there is no default for auth
createOsaClient({ server: 'https://archive.example.org' })
// @ts-expect-error there is no default for the server
createOsaClient({ auth: { type: 'none' } })
// @ts-expect-error nodes do not accept cookies
createOsaClient({ server: 'https://archive.example.org', auth: { type: 'cookie' } })
