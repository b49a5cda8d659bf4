/** The steps of a sign-in as operations that can fail and be retried, over HTTP. Each client has its own address. */
import { createWalker } from './approve.ts'
import { type Fetch, fetchFrom, someLocalAddress } from './local-fetch.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** The outcome of a step: `done`; `lost`: it happened, but the client did not get the answer and starts over; `again`: try again. */
export type Outcome = 'done' | 'lost' | 'again'

export interface FlowOperation {
  /** Runs the step, or retries it. */
  run(): Promise<Answer>
  /** Classifies an answer. `again` is for answers that ask for a retry. */
  judge(answer: Answer): Outcome
  /** Throws if the node is not in the expected state after the step. */
  check(): Promise<void>
}

/** Every device code and token that was issued. None of them may appear in a log. */
export const issuedSecrets = new Set<string>()

/** Returns a client of the node at `url`, which sends from its own address unless `send` is given. */
export function clientAt(url: string, send: Fetch = fetchFrom(someLocalAddress())) {
  const post = async (path: string, fields: Record<string, string>): Promise<Answer> => {
    const body = new URLSearchParams({ client_id: 'osa-cli', ...fields })
    const answer = await send(`${url}${path}`, { method: 'POST', body })
    const text = await answer.text()
    for (const [secret = ''] of text.matchAll(/[\w.-]{43,}/g)) issuedSecrets.add(secret)
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text }
  }
  return {
    walker: createWalker(url, send),
    start: () => post('/oauth/device_authorization', {}),
    poll: (deviceCode: string) =>
      post('/oauth/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: deviceCode,
      }),
    refresh: (token: string) => post('/oauth/token', { grant_type: 'refresh_token', refresh_token: token }),
    revoke: (token: string) => post('/oauth/revoke', { token }),
  }
}
export type Client = ReturnType<typeof clientAt>

/** Parses the JSON of an answer. */
export const documentOf = ({ text }: Answer): Record<string, string> => JSON.parse(text === '' ? '{}' : text)
export const errorOf = (answer: Answer): string => documentOf(answer).error ?? 'none'

/** Returns whether an answer is one that no client should get: a 500, or an error that is not in the format of its wire. */
export function isUnacceptable({ status, type, text }: Answer): boolean {
  if (status === 500) return true
  if (type.startsWith('text/html')) return !text.includes('<title>')
  if (status === 200) return false
  return !type.startsWith('application/json') || typeof JSON.parse(text).error !== 'string'
}

export async function started(client: Client): Promise<{ deviceCode: string; userCode: string }> {
  const { device_code: deviceCode = '', user_code: userCode = '' } = documentOf(await client.start())
  return { deviceCode, userCode }
}

type Page = Awaited<ReturnType<Client['walker']['visit']>>
const asAnswer = ({ status, html }: Page): Answer => ({ status, type: 'text/html', text: html })

async function enterCode({ walker }: Client, userCode: string): Promise<Page> {
  const form = await walker.visit('/device')
  return form.html.includes('user_code')
    ? walker.submit('/device', form.html, 'user_code', { user_code: userCode })
    : form
}

const signIn = (client: Client, page: Page): Promise<Page> =>
  client.walker.submit(page.url, page.html, 'name="person"', { person: '0000-0002-1825-0097' })

/** Enters the code and signs in, up to the decision page. Retries while the node is busy (503). */
export async function arriveAtDecision(client: Client, userCode: string): Promise<Page> {
  for (;;) {
    let page = await enterCode(client, userCode)
    if (page.html.includes('name="person"')) page = await signIn(client, page)
    if (page.status !== 503) return page
  }
}

export const decide = (client: Client, confirm: Page, decision: 'approve' | 'deny'): Promise<Page> =>
  client.walker.submit(confirm.url, confirm.html, 'name="decision"', { decision })

export async function approved(client: Client): Promise<{ deviceCode: string; userCode: string }> {
  const codes = await started(client)
  const done = await decide(client, await arriveAtDecision(client, codes.userCode), 'approve')
  if (done.status !== 200) throw new Error(`the approval failed:\n${done.html}`)
  return codes
}

export async function redeemed(client: Client): Promise<{ deviceCode: string; refreshToken: string }> {
  const { deviceCode } = await approved(client)
  const { refresh_token: refreshToken = '' } = documentOf(await client.poll(deviceCode))
  return { deviceCode, refreshToken }
}

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}
const againOr = (answer: Answer, outcome: Outcome): Outcome => (answer.status === 503 ? 'again' : outcome)

/** Each function does everything that precedes its operation. */
export const operations: Readonly<Record<string, (client: Client) => Promise<FlowOperation>>> = {
  start: async (client) => ({
    run: client.start,
    judge: (answer) => againOr(answer, 'done'),
    check: async () => must((await client.start()).status === 200, 'another start fails'),
  }),

  'a poll of a pending code': async (client) => {
    const { deviceCode } = await started(client)
    return {
      run: () => client.poll(deviceCode),
      judge: (answer) =>
        againOr(answer, ['authorization_pending', 'slow_down'].includes(errorOf(answer)) ? 'done' : 'lost'),
      check: async () => must(errorOf(await client.poll(deviceCode)) !== 'invalid_grant', 'the code is gone'),
    }
  },

  'code entry': async (client) => {
    const { deviceCode, userCode } = await started(client)
    return {
      run: async () => asAnswer(await enterCode(client, userCode)),
      judge: (answer) => againOr(answer, answer.text.includes('name="person"') ? 'done' : 'lost'),
      check: async () =>
        must(errorOf(await client.poll(deviceCode)) === 'authorization_pending', 'the code is no longer pending'),
    }
  },

  'sign-in and callback': async (client) => {
    const { deviceCode, userCode } = await started(client)
    let page = await enterCode(client, userCode)
    return {
      run: async () => {
        // after a broken callback, a person enters the code again
        if (!page.html.includes('name="person"')) page = await enterCode(client, userCode)
        if (page.html.includes('name="person"')) page = await signIn(client, page)
        return asAnswer(page)
      },
      judge: (answer) => {
        if (answer.text.includes('name="decision"')) return 'done'
        return againOr(answer, answer.text.includes('cannot be continued') ? 'again' : 'lost')
      },
      check: async () =>
        must(
          ['authorization_pending', 'slow_down'].includes(errorOf(await client.poll(deviceCode))),
          'the code is no longer pending',
        ),
    }
  },

  approval: async (client) => {
    const { deviceCode, userCode } = await started(client)
    const confirm = await arriveAtDecision(client, userCode)
    return {
      run: async () => asAnswer(await decide(client, confirm, 'approve')),
      judge: (answer) => againOr(answer, 'done'),
      check: async () => {
        must((await client.poll(deviceCode)).status === 200, 'the approved code cannot be redeemed')
        must(errorOf(await client.poll(deviceCode)) === 'invalid_grant', 'the code can be redeemed twice')
      },
    }
  },

  redemption: async (client) => {
    const { deviceCode } = await approved(client)
    let pairs = 0
    let token = ''
    return {
      run: async () => {
        const answer = await client.poll(deviceCode)
        if (answer.status === 200) {
          pairs++
          token = documentOf(answer).refresh_token ?? ''
        }
        return answer
      },
      judge: (answer) => againOr(answer, answer.status === 200 ? 'done' : 'lost'),
      check: async () => {
        must(pairs <= 1, 'tokens were issued twice')
        if (pairs === 1) must((await client.refresh(token)).status === 200, 'the issued token does not work')
        must(errorOf(await client.poll(deviceCode)) === 'invalid_grant', 'the code can be redeemed again')
      },
    }
  },

  refresh: async (client) => {
    const { refreshToken } = await redeemed(client)
    let next = ''
    return {
      run: async () => {
        const answer = await client.refresh(refreshToken)
        if (answer.status === 200) next = documentOf(answer).refresh_token ?? ''
        return answer
      },
      judge: (answer) => againOr(answer, answer.status === 200 ? 'done' : 'lost'),
      check: async () => must((await client.refresh(next)).status === 200, 'the session has ended'),
    }
  },

  revocation: async (client) => {
    const { refreshToken } = await redeemed(client)
    return {
      run: () => client.revoke(refreshToken),
      judge: (answer) => againOr(answer, answer.status === 200 ? 'done' : 'lost'),
      check: async () =>
        must(errorOf(await client.refresh(refreshToken)) === 'invalid_grant', 'the session has not ended'),
    }
  },
}
