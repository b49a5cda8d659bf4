/** The node's name, description, logo, contact and colour on its pages and in its server document. */
import { expect, test } from 'vitest'
import { startTestNode } from '../testing/test-node.ts'

const logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
const profile = {
  name: 'Archive of <Proteins>',
  description: 'Structures & what binds',
  logo,
  contact: 'mailto:help@archive.example',
  accent: { light: '#0b3d91', dark: '#9db8e8' },
}

test('every page shows them', async () => {
  await using node = await startTestNode({ app: { profile } })
  for (const path of ['/', '/device', '/conventions', '/account/sessions', '/nothing']) {
    const page = await (await node.request(path, { headers: { accept: 'text/html' } })).text()
    expect(page, path).toContain('· Archive of &lt;Proteins&gt;</title>')
    expect(page, path).toContain('<img class="logo" src="/logo.svg" alt=""><span>Archive of &lt;Proteins&gt;</span>')
    expect(page, path).toContain('<a href="mailto:help@archive.example" rel="noreferrer">Contact</a>')
    expect(page, path).toContain(':root { --accent: #0b3d91; }')
  }
  expect(await (await node.request('/')).text()).toContain('Structures &amp; what binds')
})

test('the logo and the icon are images, served under a policy that allows nothing', async () => {
  await using node = await startTestNode({ app: { profile } })
  for (const path of ['/logo.svg', '/icon.svg']) {
    const answer = await node.request(path)
    expect(answer.headers.get('content-type')).toBe('image/svg+xml')
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*sandbox$/)
    expect(await answer.text()).toBe(logo)
  }
})

test('the server document has them, and has no extra keys on a node without them', async () => {
  await using named = await startTestNode({ app: { profile } })
  expect(await (await named.request('/.well-known/osa')).json()).toMatchObject({
    name: 'Archive of <Proteins>',
    description: 'Structures & what binds',
    logo: 'https://archive.example/logo.svg',
    contact: 'mailto:help@archive.example',
    accent_color: '#0b3d91',
  })
  await using plain = await startTestNode()
  const document = (await (await plain.request('/.well-known/osa')).json()) as object
  expect(Object.keys(document).sort()).toEqual([
    'api',
    'issuer',
    'name',
    'refresh_reuse_grace_seconds',
    'trpc',
    'version',
  ])
  expect((await plain.request('/logo.svg')).status).toBe(404)
})
