/** Generates load: people who sign in, and terminals that refresh and sign out, continuously. Records everything that they were promised. */
import { setTimeout as delay } from 'node:timers/promises'
import { testBrowser } from '@osa/server/testing/browser'
import { type Answer, type Client, clientAt, documentOf, errorOf, isUnacceptable } from './flow-operations.ts'
import { type Fetch, fetchFrom, someLocalAddress } from './local-fetch.ts'

/** Pauses before a retry and after each sign-in and refresh, so that the load does not saturate the machine. */
const pauseMs = { again: 300, signIn: 300, refresh: 150 }
/** How long the node repeats a lost answer. A session whose refresh got no answer for longer may have ended. */
const graceMs = 30_000

interface Session {
  readonly deviceCode: string
  token: string
}

/** The result of an operation that was retried until it was answered. */
interface Outcome {
  readonly answer: Answer
  /** Time from the first try to this answer, in which an earlier answer may have been lost; 0 if the first try was answered. */
  readonly unansweredMs: number
}

/** Starts the load. `provider` is the name of the sign-in button. Each caller has its own address and trusts `certificate`. */
export function startLoad({ url, certificate, provider }: { url: string; certificate: string; provider: string }) {
  let stopping = false
  let isOver = false
  /** After a failed test, callers that are waiting never continue. */
  const pause = () => (isOver ? new Promise<void>(() => undefined) : delay(pauseMs.again))
  const sessions: Session[] = []
  const waiting: Session[] = []
  const revoked: string[] = []
  const issued = new Set<string>()
  const record = {
    requests: 0,
    /** Requests that got a 5xx or no answer. */
    troubles: [] as string[],
    /** Broken promises. */
    broken: [] as string[],
    /** Steps whose answer was lost, so that the caller had to start over. */
    startedOver: [] as string[],
    signIns: 0,
    refreshes: 0,
    /** The times of the request and the answer of each answered write, in ms. */
    writes: [] as { askedAt: number; answeredAt: number }[],
  }
  const must = (holds: boolean, what: string): void => {
    if (!holds) record.broken.push(what)
  }
  const issue = (secret = ''): string => {
    must(secret !== '' && !issued.has(secret), 'a code or token was issued twice')
    issued.add(secret)
    return secret
  }
  const newSend = (): Fetch => {
    const send = fetchFrom(someLocalAddress(), certificate)
    return async (address, init) => {
      record.requests++
      try {
        const answer = await send(address, init)
        if (answer.status >= 500) record.troubles.push(`${answer.status} of ${new URL(address).pathname}`)
        return answer
      } catch (error) {
        record.troubles.push(`${new URL(address).pathname}: ${(error as Error).cause ?? error}`)
        throw error
      }
    }
  }
  /** Retries until there is an answer other than a 5xx. */
  const ask = async (what: () => Promise<Answer>): Promise<Outcome> => {
    const firstAskedAt = performance.now()
    for (let tries = 1; ; tries++) {
      const askedAt = performance.now()
      try {
        const answer = await what()
        // HAProxy itself answers 502 if the process died during the request
        must(answer.status === 502 || !isUnacceptable(answer), `unacceptable answer: ${answer.status} ${answer.text}`)
        const answeredAt = performance.now()
        if (answer.status === 200) record.writes.push({ askedAt, answeredAt })
        if (answer.status < 500) return { answer, unansweredMs: tries === 1 ? 0 : answeredAt - firstAskedAt }
      } catch {
        // already recorded in `troubles`
      }
      await pause()
    }
  }

  /** Returns true if the page confirmed the approval; false if an answer was lost and this browser cannot continue. */
  const approve = async (userCode: string): Promise<boolean> => {
    let troubles = 0
    for (;;) {
      const send = newSend()
      const browser = testBrowser({
        fetch: async (address, init) => {
          const answer = await send(address, init).catch(() => new Response('', { status: 502 }))
          if (answer.status >= 500) troubles++
          return answer
        },
      })
      await browser.open(`${url}/device`)
      if (browser.page().status < 500) await browser.press(`Continue with ${provider}`, { user_code: userCode })
      while (browser.forms().some(({ buttons }) => buttons.some(({ text }) => text === 'Approve'))) {
        const askedAt = performance.now()
        const pressed = await browser.pressOnce('Approve')
        if (pressed.status < 500) {
          must(pressed.status === 303 || pressed.body.includes('go back to your terminal'), `approval: ${pressed.body}`)
          record.writes.push({ askedAt, answeredAt: performance.now() })
          return true
        }
        await pause()
      }
      if (browser.page().status < 500) {
        must(troubles > 0, `no way to approve: ${browser.title()}`)
        if (browser.title().startsWith('That code cannot be used') || troubles === 0) return false
      }
      await pause()
    }
  }

  const refresh = async (client: Client, session: Session): Promise<boolean> => {
    const { answer, unansweredMs } = await ask(() => client.refresh(session.token))
    if (answer.status === 200) {
      session.token = issue(documentOf(answer).refresh_token)
      record.refreshes++
      return true
    }
    if (unansweredMs > graceMs) record.startedOver.push('refresh')
    else record.broken.push(`a session was lost: ${answer.text}`)
    return false
  }
  const revoke = async (client: Client, { token }: Session): Promise<void> => {
    must((await ask(() => client.revoke(token))).answer.status === 200, 'signing out was refused')
    revoked.push(token)
    const { answer } = await ask(() => client.refresh(token))
    must(errorOf(answer) === 'invalid_grant', `an ended session still works: ${answer.status}`)
  }

  const signIn = async (): Promise<void> => {
    const client = clientAt(url, newSend())
    const started = documentOf((await ask(client.start)).answer)
    const deviceCode = issue(started.device_code)
    const isPending = (answer: Answer) => ['authorization_pending', 'slow_down'].includes(errorOf(answer))
    const first = (await ask(() => client.poll(deviceCode))).answer
    must(isPending(first), `a new code is not pending: ${first.text}`)
    const isApproved = await approve(started.user_code ?? '')
    const { answer, unansweredMs } = await ask(() => client.poll(deviceCode))
    if (answer.status === 200) {
      const session = { deviceCode, token: issue(documentOf(answer).refresh_token) }
      record.signIns++
      if (!(await refresh(client, session))) return
      if (record.signIns % 4 === 0) return revoke(client, session)
      sessions.push(session)
      waiting.push(session)
      return
    }
    record.startedOver.push(isPending(answer) ? 'approval' : 'redemption')
    must(
      isPending(answer) ? !isApproved : errorOf(answer) === 'invalid_grant' && unansweredMs > 0,
      `a sign-in was lost, ${isApproved ? '' : 'not '}approved and answered after ${unansweredMs} ms: ${answer.text}`,
    )
  }

  const signInUntilStopped = async (): Promise<void> => {
    while (!stopping) {
      await signIn()
      await delay(pauseMs.signIn)
    }
  }
  const refreshUntilStopped = async (): Promise<void> => {
    const client = clientAt(url, newSend())
    while (!stopping) {
      const session = waiting.shift()
      if (session && (await refresh(client, session))) waiting.push(session)
      else if (session) sessions.splice(sessions.indexOf(session), 1)
      await delay(pauseMs.refresh)
    }
  }
  const callers = [...Array.from({ length: 4 }, signInUntilStopped), ...Array.from({ length: 3 }, refreshUntilStopped)]
  const all = Promise.all(callers)

  return {
    record,
    callers: callers.length,
    /** Resolves when this many more writes have been answered. */
    async waitForWrites(writes = 40): Promise<void> {
      const until = record.writes.length + writes
      while (record.writes.length < until) await Promise.race([delay(20), all])
    },
    /** Returns the longest time without an answered write, in seconds. */
    longestGap(): number {
      const gaps = record.writes.map(
        ({ answeredAt }, n, { [n - 1]: before }) => answeredAt - (before?.answeredAt ?? answeredAt),
      )
      return Math.max(...gaps) / 1000
    },
    /** Lets all callers finish, then checks every promise. Violations are in `broken`. */
    async stop(): Promise<typeof record> {
      stopping = true
      await all
      const client = clientAt(url, newSend())
      for (const session of sessions) {
        if (!(await refresh(client, session))) continue
        // last, because presenting a redeemed code ends its session
        const { answer } = await ask(() => client.poll(session.deviceCode))
        must(errorOf(answer) === 'invalid_grant', `a code gave tokens twice: ${answer.status}`)
      }
      for (const token of revoked) {
        const { answer } = await ask(() => client.refresh(token))
        must(errorOf(answer) === 'invalid_grant', `an ended session still works: ${answer.status}`)
      }
      return record
    },
    [Symbol.dispose]() {
      stopping = true
      isOver = true
    },
  }
}
