/** What tests of a scripted node tell its requests apart by. */

/** Requests that tests tell apart: by the procedure that all their calls are of, or by their path. */
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
/** `trpc`: all other procedures and every mixed batch, and also `me` and `info`. */
export type Route = keyof typeof procedures | 'document' | 'trpc'
export const routes = [...(Object.keys(procedures) as (keyof typeof procedures)[]), 'document', 'trpc'] as const

export const proceduresOf = (path: string): string[] | null =>
  path.startsWith('/trpc/') ? decodeURIComponent(path.slice('/trpc/'.length)).split(',') : null

/** The routes of a request, the closest first. */
export function routesOf(path: string): Route[] {
  if (path === documentPath) return ['document']
  const called = proceduresOf(path)
  if (!called) return []
  const named = routes.find((route) => called.every((one) => one === (procedures as Record<string, string>)[route]))
  if (!named) return ['trpc']
  return named === 'me' || named === 'info' || named === 'sessions' ? [named, 'trpc'] : [named]
}
