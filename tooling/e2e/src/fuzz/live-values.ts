/** Obtains live values by signing in to a node. */
import { approve } from '../approve.ts'
import type { LiveValues } from './fields.ts'

async function post(url: string, fields: Record<string, string>): Promise<Record<string, string>> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ client_id: 'osa-cli', ...fields }) })
  return (await answer.json()) as Record<string, string>
}

/** Signs in, which every batch needs anew, since the previous one may have used up the values. Returns null if a rate limit prevents it. */
export async function liveValues(url: string): Promise<LiveValues | null> {
  const [redeemed, open] = [
    await post(`${url}/oauth/device_authorization`, {}),
    await post(`${url}/oauth/device_authorization`, {}),
  ]
  if (!redeemed.user_code || !open.user_code) return null
  await approve(url, redeemed.user_code)
  const tokens = await post(`${url}/oauth/token`, {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: redeemed.device_code ?? '',
  })
  const page = await fetch(`${url}/device`)
  const html = await page.text()
  return {
    deviceCode: open.device_code ?? '',
    userCode: open.user_code,
    accessToken: tokens.access_token ?? '',
    refreshToken: tokens.refresh_token ?? '',
    formToken: /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? '',
    cookie: page.headers.getSetCookie()[0]?.split(';')[0] ?? '',
  }
}
