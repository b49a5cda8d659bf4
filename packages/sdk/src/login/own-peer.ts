/** Whose program is at the other end of a connection on this computer. */
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'

/** IPv4, and IPv4 in an IPv6 socket, as the kernel writes them: 127.0.0.1 in either byte order. */
const tables = ['/proc/net/tcp', '/proc/net/tcp6']
const loopback = /(0100007F|7F000001)$/
const [localColumn, remoteColumn, stateColumn, userColumn] = [1, 2, 3, 7]
/** In every other state the kernel may say root: the program is gone, and its connection nobody's. */
const established = '01'

const hexPort = (port: number | undefined): string => (port ?? 0).toString(16).toUpperCase().padStart(4, '0')

/**
 * Whether the peer of an accepted connection on 127.0.0.1 runs as this process's user. Linux alone says; elsewhere, and where its tables
 * cannot be read, true: the path that the peer must know has to do then.
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
