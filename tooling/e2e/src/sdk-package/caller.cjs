// A CommonJS program: every entry loads with require and with import() as the same module, without warnings.
const assert = require('node:assert/strict')

const warnings = []
process.on('warning', (warning) => warnings.push(warning))

const main = async () => {
  for (const entry of ['', '/node', '/convention', '/deploy', '/schemas', '/testing', '/internal']) {
    assert.equal(require(`@osa/sdk${entry}`), await import(`@osa/sdk${entry}`), entry)
  }
  const { createOsaClient, isOsaError } = require('@osa/sdk')
  const { envToken } = require('@osa/sdk/node')
  const { fakeOsaServer } = require('@osa/sdk/testing')
  const node = await fakeOsaServer()
  const auth = envToken({ env: { OSA_TOKEN: node.issue().access_token } })
  assert.equal((await createOsaClient({ server: node.url, auth }).me.query()).display_name, 'Josiah Carberry')
  const failure = await createOsaClient({ server: node.url, auth: 'at_wrong' })
    .me.query()
    .catch((error) => error)
  assert.ok(isOsaError(failure), String(failure))
  await node[Symbol.asyncDispose]()
  assert.deepEqual(warnings, [])
  process.stdout.write('all of it ran\n')
}
void main()
