/** `/admin`: turns the device grant on and off, and rotates the signing keys. */
import type { BrowserDependencies, PageContext } from '../dependencies.ts'
import { adminNodePage } from '../pages/admin/node.ts'
import { messagePage } from '../pages/message.ts'
import { seeOther, showPage } from '../respond.ts'
import { adminForm, adminPath, admitted, refuse } from './entrance.ts'

const steps = { grant: 'admin-device-grant', keys: 'admin-keys' } as const

export const showAdmin = (deps: BrowserDependencies) => async (c: PageContext) => {
  const { administration, formToken } = deps.auth
  const browser = await admitted(c, deps)
  if (browser instanceof Response) return browser
  return showPage(
    c,
    deps,
    adminNodePage({
      browser,
      isGrantOn: await administration.isDeviceGrantOn(),
      keys: await administration.listKeys(),
      grantToken: formToken(browser.session.id, steps.grant),
      keysToken: formToken(browser.session.id, steps.keys),
    }),
  )
}

export const switchDeviceGrant = (deps: BrowserDependencies) => async (c: PageContext) => {
  const submitted = await adminForm(c, deps, steps.grant)
  if (submitted instanceof Response) return submitted
  const { by, form } = submitted
  const wanted = form.get('device_grant')
  if (wanted !== 'on' && wanted !== 'off') return showPage(c, deps, messagePage('bad_form', deps))
  const outcome = await deps.auth.administration.setDeviceGrant({ ...by, enabled: wanted === 'on' })
  return outcome === 'done' ? seeOther(c, deps, adminPath) : refuse(c, deps, outcome, by.browser)
}

export const rotateSigningKeys = (deps: BrowserDependencies) => async (c: PageContext) => {
  const submitted = await adminForm(c, deps, steps.keys)
  if (submitted instanceof Response) return submitted
  const { by, form } = submitted
  const wanted = form.get('rotate')
  if (wanted !== 'staged' && wanted !== 'now') return showPage(c, deps, messagePage('bad_form', deps))
  const outcome = await deps.auth.administration.rotateKeys({ ...by, atOnce: wanted === 'now' })
  if (typeof outcome === 'string') return refuse(c, deps, outcome, by.browser)
  if ('refused' in outcome) return showPage(c, deps, messagePage(`keys_${outcome.refused}`, deps))
  return seeOther(c, deps, adminPath)
}
