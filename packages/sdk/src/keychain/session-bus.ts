/** Whether the session's D-Bus answers at all, found out before a helper is started that would hang on it. */
import type { Socket } from 'node:net'

/** The first socket of a D-Bus address (its specification's "Server Addresses"); null for what is no socket of a path here. */
function socketPath(address: string): string | null {
  const [first = ''] = address.split(';')
  const found = /^unix:(?:[^,]*,)*(path|abstract)=([^,]+)/.exec(first)
  if (!found) return null
  try {
    const path = decodeURIComponent(found[2] ?? '')
    return found[1] === 'abstract' ? `\0${path}` : path
  } catch {
    // Not an address: the helper's own library says so better.
    return null
  }
}

/** Asks for the ways to authenticate, which a bus answers at once, whoever asks. */
const question = '\0AUTH\r\n'

const hearNothing = (socket: Socket, ms: number, signal: AbortSignal | undefined): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (isSilent: boolean): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      socket.destroy()
      resolve(isSilent)
    }
    const stop = (): void => end(false)
    // What has been said already is heard first: a busy machine runs timers before it reads sockets.
    const timer = setTimeout(() => setImmediate(() => end(true)), ms)
    signal?.addEventListener('abort', stop)
    socket.on('data', stop).on('error', stop).on('close', stop)
    socket.on('connect', () => socket.write(question))
  })

/**
 * True when a bus accepts a connection and says nothing for `ms`. False for one that speaks, refuses or is not there: what that means, the
 * helper finds out. However busy a machine is, a bus that is alive answers this in moments, so there is no need to be patient.
 */
export async function isBusSilent(
  address: string,
  { ms, signal }: { ms: number; signal?: AbortSignal | undefined },
): Promise<boolean> {
  const path = socketPath(address)
  if (path === null || signal?.aborted) return false
  // Loaded here: most runs never open a keychain.
  const { connect } = await import('node:net')
  return await hearNothing(connect(path), ms, signal)
}
