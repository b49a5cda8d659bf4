/**
 * Being told of the decision on a login (`device.watch`, server-sent events) instead of waiting out an interval. It is a convenience: whatever
 * is wrong with the stream (a server without it, a proxy that holds it back or cuts it) is passed over, since the polls go on beside it.
 */
import { OsaError } from '../errors.ts'
import type { PendingLogin } from './device-login.ts'
import { createEventReader, type StreamEvent } from './event-stream.ts'
import type { Http } from './http.ts'

/** Streams opened for one login at most, so that a server that keeps breaking them is left in peace. */
const maxOpenings = 10

export interface DecisionWatch {
  /** Fires when the server says that the decision has fallen. Which one, only a poll tells. */
  readonly decided: AbortSignal
  /** Opens the stream again if it broke; not if the server has none, or has said its last word. */
  reopen(): void
  /** Closes the stream and waits until it is closed. */
  stop(): Promise<void>
}

/** A subscription is a GET, and its input stands in the URL: so it names the code by its SHA-256, which redeems nothing. */
const watchPath = async ({ deviceCode }: PendingLogin): Promise<string> => {
  // the global `crypto`: importing node:crypto costs a fifth of a Node start, and only a login would need it
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(deviceCode))
  const device_code_hash = Buffer.from(hash).toString('base64url')
  return `/trpc/device.watch?input=${encodeURIComponent(JSON.stringify({ json: { device_code_hash } }))}`
}

/** What an event means for us; null for signs of life and whatever else may come. */
const meaningOf = ({ name, data }: StreamEvent): 'decided' | 'refused' | null => {
  if (name === 'serialized-error') return 'refused'
  if (name !== '') return null
  try {
    const { json } = JSON.parse(data) as { json?: { status?: unknown; error?: unknown } | null }
    if (json?.status === 'decided') return 'decided'
    return json?.error === undefined ? null : 'refused'
  } catch {
    // Not from a node of ours.
    return 'refused'
  }
}

/** Opens the stream at once. Nothing is thrown for what happens to it. */
export const watchForDecision = (options: {
  http: Http
  login: PendingLogin
  now: () => number
  signal?: AbortSignal | undefined
}): DecisionWatch => {
  const { http, login, now } = options
  const decided = new AbortController()
  const stopping = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal
  const path = watchPath(login)
  let openings = 0
  let isOver = false
  let running: Promise<void> | null = null

  const read = async (): Promise<void> => {
    const readEvents = createEventReader()
    const onEventText = (text: string): boolean => {
      const meaning = readEvents(text)
        .map(meaningOf)
        .find((one) => one !== null)
      if (meaning) isOver = true
      if (meaning === 'decided') decided.abort()
      return isOver
    }
    const timeoutMs = Math.max(1, login.expiresAtMs - now())
    try {
      const answer = await http({
        server: login.server,
        method: 'GET',
        path: await path,
        signal,
        timeoutMs,
        onEventText,
      })
      if (answer.status !== 200 || answer.contentType !== 'text/event-stream') isOver = true
    } catch (error) {
      // Broken, timed out or closed by us: the polls find out by themselves whether the server is there.
      if (!(error instanceof OsaError)) throw error
    }
  }

  const reopen = (): void => {
    if (running || isOver || signal.aborted || openings >= maxOpenings) return
    openings++
    running = read().finally(() => {
      running = null
    })
    running.catch(() => undefined) // a defect shows in `stop`
  }

  reopen()
  return {
    decided: decided.signal,
    reopen,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
