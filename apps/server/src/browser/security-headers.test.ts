import { expect, test } from 'vitest'
import { arriveAtConfirm, oidcAt, orcidAt, pagePaths, startPages } from '../testing/pages.ts'
import { startUpstream } from '../testing/upstream.ts'

async function everyPage() {
  await using pages = await startPages({ auth: { roleGrants: () => 'admin' } })
  const browser = pages.browse()
  const { user_code } = await pages.startTerminal()
  const visits = [
    await arriveAtConfirm(pages, browser, user_code),
    await browser.pressOnce('Approve'),
    await browser.press('Approve'),
  ]
  for (const path of [...pagePaths, '/nowhere']) visits.push(await browser.send(`${pages.publicUrl}${path}`))
  visits.push(await browser.send(`${pages.publicUrl}/device`, { method: 'DELETE' }))
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    const post = { method: 'POST', headers: { 'content-type': type }, body: 'x' }
    visits.push(await browser.send(`${pages.publicUrl}/device`, post))
  }
  visits.push(await browser.send(`${pages.publicUrl}/api/v1/auth/callback?code=x&state=y`))
  return visits
}

test('D09 D10 D11 D12 every page has all security headers', async () => {
  const visits = await everyPage()
  expect(new Set(visits.map(({ status }) => status))).toEqual(new Set([200, 303, 400, 403, 404, 405, 409]))
  for (const { headers } of visits) {
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy.startsWith("default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'")).toBe(
      true,
    )
    expect(policy).not.toMatch(/unsafe|script-src|https?:\/\/(?!archive\.example)/)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=(3[2-9]|[4-9]\d)\d{6,}|max-age=\d{9,}/)
  }
})

test('D10 each response has its own nonce, which the page’s only style sheet carries', async () => {
  const visits = (await everyPage()).filter(({ status }) => status !== 303)
  const nonces = visits.map(({ headers }) => /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1])
  expect(new Set(nonces).size).toBe(visits.length)
  visits.forEach(({ body }, index) => {
    expect(body).toContain(`<style nonce="${nonces[index]}">`)
  })
})

test('D11 D26 no page loads anything from another site, runs a script or uses inline styles', async () => {
  for (const { body } of (await everyPage()).filter(({ status }) => status !== 303)) {
    expect(body).not.toMatch(/<script|\son\w+=|\sstyle=|@import|url\(/)
    expect([...body.matchAll(/(?:src|href)="([^"]*)"/g)].every(([, address = '']) => address.startsWith('/'))).toBe(
      true,
    )
  }
})

test('D07 forms may lead to the provider and to no other site', async () => {
  await using upstream = await startUpstream()
  await using pages = await startPages({ identity: orcidAt(upstream) })
  const { headers } = await pages.browse().open(`${pages.publicUrl}/device`)
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain(`form-action 'self' ${upstream.issuer};`)
})

test('D07 forms may also lead to the further origins that are configured for a provider', async () => {
  await using upstream = await startUpstream()
  const oidc = { ...oidcAt(upstream).oidc, formActionOrigins: ['https://login.university.example'] }
  await using pages = await startPages({ identity: { oidc, development: false } })
  for (const path of ['/device', '/account/sessions', '/nowhere']) {
    const { headers } = await pages.browse().open(`${pages.publicUrl}${path}`)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain(`form-action 'self' ${upstream.issuer} https://login.university.example;`)
  }
})

test('D12 without TLS there is no HSTS', async () => {
  await using pages = await startPages({ publicUrl: 'http://localhost:8000' })
  const { headers } = await pages.browse().open(`${pages.publicUrl}/`)
  expect(headers.get('strict-transport-security')).toBeNull()
})
