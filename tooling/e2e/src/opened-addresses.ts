/** Stands in for the desktop: what `osa` opens in a browser arrives here, for a test's own browser to visit. */
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

export interface OpenedAddresses extends AsyncDisposable {
  /** The program to name in `OSA_BROWSER` or `BROWSER`. */
  readonly program: string
  /** The next address that was opened, once there is one. */
  next(): Promise<string>
  /** All so far. */
  readonly all: readonly string[]
}

/** Opens what a terminal on this computer opened, up to where the browser has been at its listener and back. */
export async function openBesideTerminal(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: 'commit' })
  await page.waitForURL('**/device?user_code=*')
}

/** `folder` keeps the program. */
export async function openedAddresses(folder: string): Promise<OpenedAddresses> {
  const all: string[] = []
  const unread: string[] = []
  const waiting: ((address: string) => void)[] = []
  const server = createServer(async (request, response) => {
    let address = ''
    for await (const chunk of request) address += chunk
    response.end()
    all.push(address)
    const reader = waiting.shift()
    if (reader) reader(address)
    else unread.push(address)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const program = join(folder, 'open-address')
  const { port } = server.address() as AddressInfo
  await writeFile(program, `#!/bin/sh\nexec curl -s --noproxy '*' --data-binary "$1" http://127.0.0.1:${port}/\n`)
  await chmod(program, 0o755)
  return {
    program,
    all,
    next: () => {
      const address = unread.shift()
      return address === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(address)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
