/** The node's mark, in tabs and above the pages: its operator's logo, or a catalogue card with its punched hole. */
import type { NodeProfile } from '../profile/node-profile.ts'
import type { PageContext } from './dependencies.ts'

export const iconPath = '/icon.svg'

const card = (
  colour: string,
) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="${colour}"/>
<path d="M6 9.5h20v15H6z" fill="#fffdf8"/><path d="M9 13.5h9M9 17h14" stroke="${colour}" stroke-width="1.8"/>
<circle cx="16" cy="21.5" r="1.6" fill="${colour}"/></svg>`

const defaultColour = '#1d5c54'

/** Sandboxed: a drawing that somebody opens by its address may be styled by itself, and do nothing else. */
const drawing = {
  'Content-Type': 'image/svg+xml',
  'Cache-Control': 'public, max-age=86400',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** Answers with the logo, or with the card in the node's colour where there is none. */
export const serveIcon =
  ({ logo, accent }: NodeProfile) =>
  (c: PageContext): Response =>
    c.body(logo ?? card(accent?.light ?? defaultColour), 200, drawing)

/** Browsers ask for `/favicon.ico` on their own, and take whatever image it leads to. */
export function moveToIcon(c: PageContext): Response {
  c.header('Cache-Control', 'public, max-age=86400')
  return c.redirect(iconPath, 302)
}
