/** What all clients on Node.js have in common. */
import type { Surroundings } from './connection.ts'
import { nodeNetworkError } from './node-network-error.ts'
import { version } from './version.ts'

export const onNode: Surroundings = {
  userAgent: `osa-sdk/${version} node/${process.versions.node}`,
  explain: nodeNetworkError,
  async loadCheck(path) {
    if (path === 'me') return (await import('./received-person.ts')).checkPerson
    const { checkAnswer } = await import('./received.ts')
    return (value) => checkAnswer(path, value)
  },
}
