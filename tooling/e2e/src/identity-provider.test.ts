import { join } from 'node:path'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { startUpstream } from '@osa/server/testing/upstream'
import { expect, test } from 'vitest'
import { keepScreenshot, sharedChromium } from './chromium.ts'
import { startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { openTerminal } from './terminal.ts'

test.each(['approves', 'refuses'] as const)(
  'D07 D13 E08 when a person %s on the login page of a real provider, the terminal reports it',
  async (what) => {
    await using folder = await temporaryFolder()
    const port = await freePort()
    // a host name other than the node's, so that the redirect from the provider is a cross-site navigation, as in production
    await using upstream = await startUpstream({ redirectUris: [`http://localhost:${port}/api/v1/auth/callback`] })
    await using node = await startNode({
      PORT: String(port),
      DATABASE_URL: await createSharedDatabase({ migrated: true }),
      OSA_DATA_DIR: join(folder.path, 'data'),
      OSA_OIDC_ISSUER: upstream.issuer,
      OSA_OIDC_CLIENT_ID: upstream.clientId,
      OSA_OIDC_CLIENT_SECRET: upstream.clientSecret,
      OSA_OIDC_NAME: 'Example University',
    })
    const terminal = openTerminal(['login', node.url, '--no-link'], { home: folder.path, cwd: folder.path })
    const code = (await terminal.until(/([A-Z]{4}-[A-Z]{4})/))[1] ?? ''
    await using chromium = await sharedChromium()
    const page = await chromium.newPage()
    await page.goto(`${node.url}/device`)
    await page.getByLabel('Code', { exact: true }).fill(code)
    await page.getByRole('button', { name: /continue/i }).click()
    await page.waitForURL(`${upstream.issuer}/**`)
    await keepScreenshot(page, `7-provider-${what}`)
    if (what === 'approves') {
      await page.getByRole('button', { name: /sign in/i }).click()
      await page.waitForURL('**/device/confirm**')
      await page.getByRole('button', { name: 'Approve' }).click()
      await terminal.until(/Logged in to \S+ as Josiah Carberry/)
      expect(await terminal.exitCode).toBe(0)
    } else {
      await page
        .getByText(/deny|cancel|refuse/i)
        .first()
        .click()
      await page.waitForURL(`${node.url}/**`)
      await terminal.until(/Sign-in was refused in the browser/)
      expect(await terminal.exitCode).toBe(6)
    }
    for (const canary of [...upstream.issued, upstream.clientSecret]) expect(node.output()).not.toContain(canary)
  },
)
