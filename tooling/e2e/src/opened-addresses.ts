/** Stands in for the desktop: receives the addresses that `osa` opens, so that a test can visit them in its own browser. */
import { chmod, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { listen } from './listen.ts'

export interface OpenedAddresses extends AsyncDisposable {
  /** The value for `OSA_BROWSER` or `BROWSER`. */
  readonly program: string
  /** Returns the next opened address, waiting for it if necessary. */
  next(): Promise<string>
  /** All addresses so far. */
  readonly all: readonly string[]
}

/** Opens an address that a terminal on this computer opened, until the browser has visited the listener and returned. */
export async function openBesideTerminal(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: 'commit' })
  await page.waitForURL('**/device?user_code=*')
}

/** Starts receiving addresses. The program is written to `folder`. */
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
  })
  const listening = await listen(server)
  const program = join(folder, 'open-address')
  await writeFile(program, `#!/bin/sh\nexec curl -s --noproxy '*' --data-binary "$1" ${listening.url}/\n`)
  await chmod(program, 0o755)
  return {
    program,
    all,
    next: () => {
      const address = unread.shift()
      return address === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(address)
    },
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  }
}
