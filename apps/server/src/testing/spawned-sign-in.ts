/** A sign-in at a node that runs as a process of its own: what the terminal sends, and what a person does in a browser. */
import { testBrowser } from './browser.ts'
import { carberryButton } from './pages.ts'
import type { SpawnedNode } from './spawn-node.ts'

/** One form, and the answer's JSON. */
export async function post(node: SpawnedNode, path: string, fields: Record<string, string>) {
  const response = await fetch(`${node.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) })
  return { status: response.status, body: await response.json() }
}

export const start = (node: SpawnedNode) => post(node, '/oauth/device_authorization', { client_id: 'osa-cli' })

/** Enters the code as a person would, up to the page that asks. */
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

/** A whole sign-in from a terminal, as the first of the development sign-in's people. */
export async function logIn(node: SpawnedNode): Promise<{ access_token: string; refresh_token: string }> {
  const { body } = await start(node)
  const browser = await arrive(node, body.user_code)
  await browser.press('Approve')
  return (await poll(node, body.device_code)).body
}
