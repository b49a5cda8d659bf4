/** The routes by which tests distinguish the requests to a scripted node. */

/** Routes by procedure, for requests whose calls all go to it. */
const procedures = {
  device: 'device.start',
  token: 'device.token',
  refresh: 'session.refresh',
  logout: 'session.end',
  sessions: 'session.list',
  endSession: 'session.revoke',
  deploy: 'conventions.deploy',
  me: 'me',
  info: 'server.info',
} as const
export const documentPath = '/.well-known/osa'
/** Watches are not recorded: a client may open one at any time, beside its polls. */
export const watchPath = '/trpc/device.watch'
/** `trpc` covers all other procedures and mixed batches, and also `me`, `info` and `sessions`. */
export type Route = keyof typeof procedures | 'document' | 'trpc'
export const routes = [...(Object.keys(procedures) as (keyof typeof procedures)[]), 'document', 'trpc'] as const

export const proceduresOf = (path: string): string[] | null =>
  path.startsWith('/trpc/') ? decodeURIComponent(path.slice('/trpc/'.length)).split(',') : null

/** Returns the routes of a request, the most specific first. */
export function routesOf(path: string): Route[] {
  if (path === documentPath) return ['document']
  const called = proceduresOf(path)
  if (!called) return []
  const named = routes.find((route) => called.every((one) => one === (procedures as Record<string, string>)[route]))
  if (!named) return ['trpc']
  return named === 'me' || named === 'info' || named === 'sessions' ? [named, 'trpc'] : [named]
}
