/** Signs in at a node that runs as a process: the requests of the terminal, and the person in a browser. */
import { testBrowser } from './browser.ts'
import { carberryButton } from './pages.ts'
import type { SpawnedNode } from './spawn-node.ts'

/** Posts a form and returns the status and JSON of the answer. */
export async function post(node: SpawnedNode, path: string, fields: Record<string, string>) {
  const response = await fetch(`${node.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) })
  return { status: response.status, body: await response.json() }
}

export const start = (node: SpawnedNode) => post(node, '/oauth/device_authorization', { client_id: 'osa-cli' })

/** Enters the code in a browser and signs in, up to the confirm page. */
async function arrive(node: SpawnedNode, userCode: string) {
  const browser = testBrowser({ fetch: (url, init) => fetch(url, init) })
  await browser.open(`${node.url}/device`)
  await browser.press('Continue with the development sign-in', { user_code: userCode })
  await browser.press(carberryButton)
  return browser
}

const poll = (node: SpawnedNode, deviceCode: string) =>
  post(node, '/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
    client_id: 'osa-cli',
  })

/** Signs a terminal in as the first person of the development sign-in. */
export async function logIn(node: SpawnedNode): Promise<{ access_token: string; refresh_token: string }> {
  const { body } = await start(node)
  const browser = await arrive(node, body.user_code)
  await browser.press('Approve')
  return (await poll(node, body.device_code)).body
}
