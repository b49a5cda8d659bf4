/** Acts as a person without a browser: visits the pages by plain requests and the development sign-in, up to the decision. */
import type { Page } from 'playwright-core'
import type { Fetch } from './local-fetch.ts'

function fieldsOf(html: string, formPart: string): URLSearchParams {
  const form = html.split('<form').find((part) => part.includes(formPart))
  if (form === undefined) throw new Error(`the page has no form with ${formPart}:\n${html}`)
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return new URLSearchParams(hidden.map(([, name = '', value = '']) => [name, value]))
}

/** Follows redirects and keeps cookies like a browser, at one origin. `send` sends the requests, such as from another address. */
export function createWalker(origin: string, send: Fetch = fetch) {
  const cookies = new Map<string, string>()
  const visit = async (
    target: string,
    init: RequestInit = {},
  ): Promise<{ status: number; html: string; url: string }> => {
    let url = new URL(target, origin)
    let request = init
    for (let hop = 0; hop < 10; hop++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await send(url, { ...request, redirect: 'manual', headers: { ...request.headers, cookie } })
      for (const set of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = (set.split(';')[0] ?? '').split(/=(.*)/s)
        if (value === '') cookies.delete(name)
        else cookies.set(name, value)
      }
      const location = answer.headers.get('location')
      if (location === null) return { status: answer.status, html: await answer.text(), url: url.href }
      url = new URL(location, url)
      request = {}
    }
    throw new Error('too many redirects')
  }
  return {
    visit,
    submit: (target: string, html: string, formPart: string, fields: Record<string, string>) => {
      const body = fieldsOf(html, formPart)
      for (const [name, value] of Object.entries(fields)) body.set(name, value)
      return visit(target, { method: 'POST', body, headers: { origin } })
    },
  }
}

/** Types the code on the confirm page if it asks for it, which it does if the code came with a link. */
export async function typeCode(page: Page, userCode: string): Promise<void> {
  const field = page.getByLabel('Type the code that your own terminal shows')
  if ((await field.count()) > 0) await field.fill(userCode)
}

/** Enters the code and signs in as a development person. Returns the confirm page and a function that decides on it. */
export async function reachConfirmPage(origin: string, userCode: string, person = '0000-0002-1825-0097') {
  const walker = createWalker(origin)
  const entry = await walker.visit('/device')
  const signIn = await walker.submit('/device', entry.html, 'user_code', { user_code: userCode })
  const confirm = await walker.submit(signIn.url, signIn.html, 'name="person"', { person })
  return {
    ...confirm,
    decide: (decision: 'approve' | 'deny') => walker.submit(confirm.url, confirm.html, 'name="decision"', { decision }),
  }
}

/** Enters the code, signs in and approves. */
export async function approve(origin: string, userCode: string, person?: string): Promise<void> {
  const confirm = await reachConfirmPage(origin, userCode, person)
  const done = await confirm.decide('approve')
  if (!done.html.includes('go back to your terminal')) throw new Error(`the approval failed:\n${done.html}`)
}
