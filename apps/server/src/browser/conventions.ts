/** `/conventions` and `/conventions/{slug}`: what the archive accepts, as public pages to read and print. */
import { askedVersion } from '../convention-version.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { conventionPage } from './pages/convention.ts'
import { conventionsPage } from './pages/conventions.ts'
import { messagePage } from './pages/message.ts'
import { showPage } from './respond.ts'

/** The pages are the same for everyone and change only with a deploy. A short age lets publishers see their deploy soon. */
const cachedBriefly = { 'Cache-Control': 'public, max-age=60' }

export const showConventions =
  (deps: BrowserDependencies) =>
  async (c: PageContext): Promise<Response> => {
    const page = conventionsPage({ conventions: await deps.conventions.list(), publicUrl: deps.publicUrl })
    return showPage(c, deps, { ...page, headers: cachedBriefly })
  }

export const showConvention =
  (deps: BrowserDependencies) =>
  async (c: PageContext): Promise<Response> => {
    const version = askedVersion(c)
    const slug = c.req.param('slug') ?? ''
    const found = version === null ? null : await deps.conventions.get({ slug, version })
    if (!found) return showPage(c, deps, messagePage('no_convention', deps))
    return showPage(c, deps, {
      ...conventionPage({ convention: found, publicUrl: deps.publicUrl }),
      headers: cachedBriefly,
    })
  }
