/** Checks that the session's D-Bus answers, before a helper that would hang on it is started. */
import type { Socket } from 'node:net'

/** Returns the first socket path of a D-Bus address ("Server Addresses" in its specification); null if it names no Unix socket. */
function socketPath(address: string): string | null {
  const [first = ''] = address.split(';')
  const found = /^unix:(?:[^,]*,)*(path|abstract)=([^,]+)/.exec(first)
  if (!found) return null
  try {
    const path = decodeURIComponent(found[2] ?? '')
    return found[1] === 'abstract' ? `\0${path}` : path
  } catch {
    // Not a valid address. The helper's library reports that better.
    return null
  }
}

/** Asks for the authentication mechanisms. A bus answers this at once, to any client. */
const question = '\0AUTH\r\n'

const staysSilent = (socket: Socket, ms: number, signal: AbortSignal | undefined): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (isSilent: boolean): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      socket.destroy()
      resolve(isSilent)
    }
    const stop = (): void => end(false)
    // Reads pending data first: a busy machine runs timers before it reads sockets.
    const timer = setTimeout(() => setImmediate(() => end(true)), ms)
    signal?.addEventListener('abort', stop)
    socket.on('data', stop).on('error', stop).on('close', stop)
    socket.on('connect', () => socket.write(question))
  })

/**
 * Whether a bus accepts a connection but sends nothing for `ms` milliseconds. Returns false if it answers, refuses or does not exist: the
 * helper then reports what is wrong. Even on a busy machine, a live bus answers within moments.
 */
export async function isBusSilent(
  address: string,
  { ms, signal }: { ms: number; signal?: AbortSignal | undefined },
): Promise<boolean> {
  const path = socketPath(address)
  if (path === null || signal?.aborted) return false
  // Loaded on demand: most runs never open a keychain.
  const { connect } = await import('node:net')
  return await staysSilent(connect(path), ms, signal)
}
