/** The SDK's browser build in Chromium, with the bundled example of a page. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { login, storedCredentials } from '@osa/sdk/node'
import { memoryStore } from '@osa/sdk/testing'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'
import { approve } from './approve.ts'
import { sharedChromium } from './chromium.ts'
import { listen } from './listen.ts'
import { repository, startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

async function bundle(): Promise<string> {
  const build = await rolldown({
    input: join(repository, 'packages/sdk/examples/browser-page.ts'),
    platform: 'browser',
  })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false })
  await build.close()
  return output[0].code
}

test('a page loads at most 15 kB of the SDK, gzipped, before it subscribes to anything', async () => {
  const program = `import { createOsaClient, isOsaError } from '@osa/sdk'; globalThis.used = [createOsaClient, isOsaError]`
  const id = join(import.meta.dirname, 'page.js')
  const page = {
    name: 'page',
    resolveId: (name: string) => (name === 'page' ? id : null),
    load: (file: string) => (file === id ? program : null),
  }
  const build = await rolldown({ input: 'page', platform: 'browser', plugins: [page] })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  const [entry] = output
  expect(entry.imports, 'everything else is loaded later').toEqual([])
  expect(gzipSync(entry.code, { level: 9 }).length).toBeLessThan(15_000)
})

/** Starts the server of a tool: its page and script, a token for the person signed in to the tool, and a proxy for the node's /trpc. */
async function startToolServer(code: string, nodeUrl: string, token: () => Promise<string | null>) {
  const forwardToNode = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = { authorization: request.headers.authorization ?? '' }
    const answer = await fetch(nodeUrl + request.url, { headers })
    response
      .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
      .end(Buffer.from(await answer.arrayBuffer()))
  }
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/trpc/')) return forwardToNode(request, response)
    if (request.url === '/page.js') return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(code)
    if (request.url === '/osa-token') return void response.end(await token())
    const at = request.url === '/elsewhere' ? ` data-server="${nodeUrl}"` : ''
    const html = `<body${at}><script type="module" src="/page.js"></script></body>`
    response.writeHead(200, { 'content-type': 'text/html' }).end(html)
  })
  return listen(server)
}

test('a page can call a node with a token from its own server, but only through its own origin (A19)', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode({ OSA_DATA_DIR: folder.path })
  const store = memoryStore()
  await login({ server: node.url, store, onVerification: ({ userCode }) => approve(node.url, userCode) })
  const provider = storedCredentials({ store })
  const code = await bundle()
  expect(code).not.toMatch(/from\s*"node:|require\("node:|import\("node:/)
  await using tool = await startToolServer(code, node.url, async () =>
    provider.getToken({ server: node.url, serverSource: 'option' }),
  )
  await using chromium = await sharedChromium()
  const page = await chromium.newPage()
  const shown = async (path: string): Promise<string | null> => {
    await page.goto(tool.url + path)
    return page.locator('output').textContent()
  }
  expect(await shown('/')).toBe(`Josiah Carberry since ${new Date().getUTCFullYear()}`)
  expect(await shown('/elsewhere')).toBe('connection_failed')
})
