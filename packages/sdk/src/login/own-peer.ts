/** Finds out which user's program is at the other end of a connection on this computer. */
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'

/** The kernel's tables of IPv4 connections and of IPv4 in IPv6 sockets. 127.0.0.1 appears in either byte order. */
const tables = ['/proc/net/tcp', '/proc/net/tcp6']
const loopback = /(0100007F|7F000001)$/
const [localColumn, remoteColumn, stateColumn, userColumn] = [1, 2, 3, 7]
/** In any other state, the program may be gone and the kernel may report root as the owner of its connection. */
const established = '01'

const hexPort = (port: number | undefined): string => (port ?? 0).toString(16).toUpperCase().padStart(4, '0')

/**
 * Whether the peer of an accepted connection on 127.0.0.1 runs as this process's user. Only Linux can tell. On other systems, or if the
 * kernel's tables cannot be read, returns true: then the secret path alone protects the listener.
 */
export async function isOwnPeer({ remotePort, localPort }: Socket): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const [from, to] = [hexPort(remotePort), hexPort(localPort)]
  let isKnown = false
  for (const table of tables) {
    const text = await readFile(table, 'utf8').catch(() => null)
    if (text === null) continue
    isKnown = true
    for (const line of text.split('\n')) {
      const columns = line.trim().split(/\s+/)
      const [address = '', port] = columns[localColumn]?.split(':') ?? []
      const isPeer = loopback.test(address) && port === from && columns[remoteColumn]?.endsWith(`:${to}`)
      if (isPeer) return columns[stateColumn] === established && Number(columns[userColumn]) === process.getuid?.()
    }
  }
  return !isKnown
}
