/** Files that browsers and crawlers request by themselves: the icon (the operator's logo, or a catalogue card) and `/robots.txt`. */
import type { NodeProfile } from '../profile/node-profile.ts'
import type { PageContext } from './dependencies.ts'

export const iconPath = '/icon.svg'

const card = (
  colour: string,
) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="${colour}"/>
<path d="M6 9.5h20v15H6z" fill="#fffdf8"/><path d="M9 13.5h9M9 17h14" stroke="${colour}" stroke-width="1.8"/>
<circle cx="16" cy="21.5" r="1.6" fill="${colour}"/></svg>`

const defaultColour = '#1d5c54'

/** Sandboxed: an SVG opened by its address may contain styles but cannot run scripts or load anything. */
const svgHeaders = {
  'Content-Type': 'image/svg+xml',
  'Cache-Control': 'public, max-age=86400',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** Serves the logo, or the card in the node's accent colour if there is none. */
export const serveIcon =
  ({ logo, accent }: NodeProfile) =>
  (c: PageContext): Response =>
    c.body(logo ?? card(accent?.light ?? defaultColour), 200, svgHeaders)

/** Browsers request `/favicon.ico` by themselves, and accept any image that it redirects to. */
export function moveToIcon(c: PageContext): Response {
  c.header('Cache-Control', 'public, max-age=86400')
  return c.redirect(iconPath, 302)
}

const robots = `User-agent: *
${['/account/', '/api/', '/device', '/development/', '/oauth/', '/trpc/'].map((path) => `Disallow: ${path}`).join('\n')}
`

/** Serves `/robots.txt`: public pages may be indexed, but not addresses with codes and not a person's own pages. */
export const serveRobots = (c: PageContext): Response =>
  c.text(robots, 200, { 'Cache-Control': 'public, max-age=86400', 'X-Content-Type-Options': 'nosniff' })
