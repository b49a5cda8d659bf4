/** The node's mark as a tab icon: a catalogue card with its punched hole. */
import type { PageContext } from './dependencies.ts'

export const iconPath = '/icon.svg'

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1d5c54"/>
<path d="M6 9.5h20v15H6z" fill="#fffdf8"/><path d="M9 13.5h9M9 17h14" stroke="#1d5c54" stroke-width="1.8"/>
<circle cx="16" cy="21.5" r="1.6" fill="#1d5c54"/></svg>`

export const serveIcon = (c: PageContext): Response =>
  c.body(icon, 200, {
    'Content-Type': 'image/svg+xml',
    'Cache-Control': 'public, max-age=86400',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
  })

/** Browsers ask for `/favicon.ico` on their own, and take whatever image it leads to. */
export const moveToIcon = (c: PageContext): Response => {
  c.header('Cache-Control', 'public, max-age=86400')
  return c.redirect(iconPath, 302)
}
