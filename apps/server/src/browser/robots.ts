/** `/robots.txt`: what is open to everybody may be found; addresses with codes in them, and pages of one person, may not. */
import type { PageContext } from './dependencies.ts'

const text = `User-agent: *
${['/account/', '/api/', '/device', '/development/', '/oauth/', '/trpc/'].map((path) => `Disallow: ${path}`).join('\n')}
`

export const serveRobots = (c: PageContext): Response =>
  c.text(text, 200, { 'Cache-Control': 'public, max-age=86400', 'X-Content-Type-Options': 'nosniff' })
