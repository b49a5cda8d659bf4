/**
 * A CI job, or a service, with tokens from a secret manager. No saved login is read or written. Two environment variables stand in for the
 * secret manager here.
 *
 *     OSA_NODE=https://archive.example.org VAULT_TOKEN=… node ci-token.ts
 */
import { createOsaClient, type TokenProvider } from '@osa/sdk'

const { OSA_NODE, VAULT_TOKEN, VAULT_NEXT_TOKEN } = process.env
if (!OSA_NODE) throw new Error('Set OSA_NODE to the address of the node')

const fromVault: TokenProvider = {
  getToken: () => VAULT_TOKEN ?? null,
  // called once after the node rejected a token; null gives up
  onUnauthorized: ({ rejectedToken }) => (rejectedToken === VAULT_TOKEN ? (VAULT_NEXT_TOKEN ?? null) : null),
}

const osa = createOsaClient({ server: OSA_NODE, auth: fromVault, retry: { attempts: 5 }, userAgent: 'nightly-job/1' })
const sessions = await osa.session.list.query()
console.log(`${sessions.length} open session(s)`)
