/**
 * The paths of the pages. Steps never call one another: each ends in a page or a redirect, and the node stores what the next step needs to
 * know. Contains no rules and no API paths.
 */
import { type Handler, Hono } from 'hono'
import { developmentSignInPath } from '../identity/development.ts'
import { logoPath } from '../profile/node-profile.ts'
import type { NodeEnv } from '../requester.ts'
import { nameSession, revokeSessions, showSessions, signIn, signOut } from './account.ts'
import { showAdminAudit } from './admin/audit.ts'
import { signInAsAdmin } from './admin/entrance.ts'
import { rotateSigningKeys, showAdmin, switchDeviceGrant } from './admin/node.ts'
import { changeRole, showAdminPeople } from './admin/people.ts'
import { endAdminSessions, showAdminSessions } from './admin/sessions.ts'
import { isAtThisMachine } from './at-this-machine.ts'
import { finishSignIn } from './callback.ts'
import { showConvention, showConventions } from './conventions.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { showDevelopmentSignIn, takeDevelopmentPerson } from './development.ts'
import { showConfirm, switchAccount, takeDecision } from './device-confirm.ts'
import { showCodeForm, takeCode } from './device-entry.ts'
import { showComplete, showSignInError } from './device-result.ts'
import { landingPage } from './pages/landing.ts'
import { messagePage, unavailablePage } from './pages/message.ts'
import { atPublicAddress } from './public-address.ts'
import { seeOther, showPage } from './respond.ts'
import { passSameComputer } from './same-computer.ts'
import { iconPath, moveToIcon, serveIcon, serveRobots } from './site-files.ts'

type PageHandler = Handler<NodeEnv>

/** All pages of a node, to be mounted at its root. HEAD is answered like GET; other methods get a 405 page with `Allow`. */
export function browserRoutes(deps: BrowserDependencies): Hono<NodeEnv> {
  const pages = new Hono<NodeEnv>()
  const publicAddress = atPublicAddress(deps)
  const route = (path: string, handlers: { get?: PageHandler; post?: PageHandler }) => {
    // the development sign-in checks by itself where it is opened
    if (handlers.get && path !== developmentSignInPath) pages.get(path, publicAddress)
    if (handlers.get) pages.get(path, handlers.get)
    if (handlers.post) pages.post(path, handlers.post)
    const allow = [...(handlers.get ? ['GET', 'HEAD'] : []), ...(handlers.post ? ['POST'] : [])].join(', ')
    pages.all(path, (c) => showPage(c, deps, { ...messagePage('wrong_method', deps), headers: { Allow: allow } }))
  }
  const move =
    (to: (c: PageContext) => string): PageHandler =>
    (c) =>
      seeOther(c, deps, to(c))

  route('/', { get: (c) => showPage(c, deps, landingPage(deps)) })
  pages.get(iconPath, serveIcon(deps.profile))
  if (deps.profile.logo !== null) pages.get(logoPath, serveIcon(deps.profile))
  pages.get('/favicon.ico', moveToIcon)
  pages.get('/robots.txt', serveRobots)
  route('/device', { get: showCodeForm(deps), post: takeCode(deps) })
  route('/device/confirm', { get: showConfirm(deps), post: takeDecision(deps) })
  route('/device/switch-account', { post: switchAccount(deps) })
  route('/device/complete', { get: showComplete(deps) })
  route('/device/error', { get: showSignInError(deps) })
  route('/conventions', { get: showConventions(deps) })
  route('/conventions/:slug', { get: showConvention(deps) })
  route('/account/sessions', { get: showSessions(deps), post: revokeSessions(deps) })
  route('/account/sessions/name', { post: nameSession(deps) })
  route('/account/sign-in', { post: signIn(deps) })
  route('/account/sign-out', { post: signOut(deps) })
  route('/admin', { get: showAdmin(deps) })
  route('/admin/sign-in', { post: signInAsAdmin(deps) })
  route('/admin/device-grant', { post: switchDeviceGrant(deps) })
  route('/admin/keys', { post: rotateSigningKeys(deps) })
  route('/admin/sessions', { get: showAdminSessions(deps), post: endAdminSessions(deps) })
  route('/admin/people', { get: showAdminPeople(deps), post: changeRole(deps) })
  route('/admin/audit', { get: showAdminAudit(deps) })

  // a callback and a proof can be used only once; the router treats HEAD like GET, so HEAD is refused here to keep it from consuming them
  const callback = finishSignIn(deps)
  const sameComputer = passSameComputer(deps)
  const wrongMethod = { ...messagePage('wrong_method', deps), headers: { Allow: 'GET' } }
  for (const path of ['/api/v1/auth/callback', '/api/v1/auth/callback/:provider']) {
    pages.all(path, (c) => (c.req.method === 'GET' ? callback(c) : showPage(c, deps, wrongMethod)))
  }

  pages.all('/device/same-computer', (c) => (c.req.method === 'GET' ? sameComputer(c) : showPage(c, deps, wrongMethod)))

  // addresses of the original node, which old terminals still print
  route('/api/v1/auth/device/verify', { get: move(verifyPath) })
  route('/api/v1/auth/device/complete', { get: move(() => '/device/complete') })
  route('/api/v1/auth/device/error', { get: move(() => '/device/error') })

  if (deps.development) {
    const { development } = deps
    const here =
      (handle: (c: PageContext) => Promise<Response>): PageHandler =>
      (c) =>
        isAtThisMachine(c) ? handle(c) : showPage(c, deps, messagePage('not_this_machine', deps))
    route(developmentSignInPath, {
      get: here(showDevelopmentSignIn(deps, development)),
      post: here(takeDevelopmentPerson(deps, development)),
    })
  }

  pages.onError((error, c) => {
    const unavailable = deps.isUnavailable(error)
    const { requestId } = c.get('requester')
    deps.log.error({ err: error, requestId }, unavailable ? 'the database cannot be reached' : 'a page failed')
    return showPage(c, deps, unavailable ? unavailablePage : messagePage('defect', deps))
  })
  return pages
}

function verifyPath(c: PageContext): string {
  const userCode = c.req.query('code')
  return userCode === undefined ? '/device' : `/device?${new URLSearchParams({ user_code: userCode.slice(0, 64) })}`
}

const apiPrefixes = ['/api', '/oauth', '/trpc', '/.well-known', '/healthz', '/readyz', '/metrics']

/** The 404 page for browsers; null for programs and API paths, which get their own answer. */
export const pageNotFound =
  (deps: BrowserDependencies) =>
  async (c: PageContext): Promise<Response | null> => {
    const { path, method } = c.req
    const isApi = apiPrefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
    const wantsPage = (method === 'GET' || method === 'HEAD') && (c.req.header('accept') ?? '').includes('text/html')
    return isApi || !wantsPage ? null : showPage(c, deps, messagePage('not_found', deps))
  }
