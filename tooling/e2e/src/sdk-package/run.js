// Checks the packed SDK on every runtime: it renews once for parallel calls, prints no warnings, reports how a session ended, opens
// an event stream, and loads with require.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { createOsaClient, isOsaError, OsaError } from '@osa/sdk'
import { storedCredentials } from '@osa/sdk/node'
import { fakeOsaServer, memoryStore } from '@osa/sdk/testing'

const warnings = []
process.on('warning', (warning) => warnings.push(warning))

const node = await fakeOsaServer()
const store = memoryStore({ [node.url]: node.issue({ expired: true }) })
const osa = createOsaClient({ server: node.url, auth: storedCredentials({ store }) })
const people = await Promise.all([osa.me.query(), osa.me.query(), osa.me.query()])
assert.equal(people[2].display_name, 'Josiah Carberry')
assert.equal(node.calls.refresh, 1)

// many concurrent calls, with and without a shared signal
const { signal } = new AbortController()
const all = Array.from({ length: 24 }, (_, index) => osa.me.query(undefined, index % 2 ? { signal } : {}))
assert.equal((await Promise.all(all)).length, 24)

node.revokeFamily()
node.expireAccess()
const error = await osa.me.query().catch((failure) => failure)
assert.ok(error instanceof OsaError && isOsaError(error, 'session_ended'), String(error))

const stranger = createOsaClient({ server: node.url, auth: { type: 'none' } })
const { device_code } = await stranger.device.start.mutate({ client_id: 'osa-cli' })
const device_code_hash = createHash('sha256').update(device_code).digest('base64url')
const decided = stranger.device.watch.subscribe({ device_code_hash }).next()
node.approve()
assert.deepEqual((await decided).value, { status: 'decided' })

const required = createRequire(import.meta.url)('@osa/sdk')
assert.equal(typeof required.createOsaClient, 'function')
await node[Symbol.asyncDispose]()
assert.deepEqual(warnings, [])
process.stdout.write('all of it ran\n')
