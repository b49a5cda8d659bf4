/** A browser for tests of the pages, with cookies, redirects and forms. It runs no scripts, since the pages have none. */
export type Fetch = (address: string, init: RequestInit) => Promise<Response>

interface Cookie {
  readonly origin: string
  readonly name: string
  readonly value: string
  readonly path: string
  /** The whole header, for tests of its attributes. */
  readonly header: string
}

/** An answer with its body as text. */
export interface Visit {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

const maxRedirects = 10

/** Opens a browser. `fetch` must reach every origin that it may visit; cookies are kept by origin and path. */
export function testBrowser({ fetch, userAgent = 'TestBrowser/1' }: { fetch: Fetch; userAgent?: string }) {
  let cookies: Cookie[] = []
  const history: string[] = []
  let current: Visit | null = null

  const keepCookies = (url: URL, headers: Headers) => {
    for (const header of headers.getSetCookie()) {
      const [pair = '', ...attributes] = header.split(';').map((part) => part.trim())
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      const attribute = (wanted: string) =>
        attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
      const path = attribute('path') ?? '/'
      const expires = attribute('expires')
      const gone = attribute('max-age') === '0' || (expires !== undefined && new Date(expires).getTime() < Date.now())
      cookies = cookies.filter((cookie) => cookie.origin !== url.origin || cookie.name !== name || cookie.path !== path)
      if (!gone) cookies.push({ origin: url.origin, name, value, path, header })
    }
  }
  const cookieHeader = (url: URL): string =>
    cookies
      .filter(({ origin, path }) => origin === url.origin && url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')

  /** Sends one request without following redirects. */
  const send = async (address: string | URL, init: RequestInit = {}): Promise<Visit> => {
    const url = new URL(address, current?.url)
    const cookie = cookieHeader(url)
    const headers = new Headers(init.headers)
    headers.set('user-agent', userAgent)
    if (!headers.has('accept')) headers.set('accept', 'text/html')
    if (cookie !== '') headers.set('cookie', cookie)
    const response = await fetch(url.href, { ...init, headers, redirect: 'manual' })
    keepCookies(url, response.headers)
    return { url, status: response.status, headers: response.headers, body: await response.text() }
  }
  /** Sends a request and follows redirects, also those of a page with a `Refresh` header. */
  const navigate = async (address: string | URL, init: RequestInit = {}): Promise<Visit> => {
    let visit = await send(address, init)
    for (let hops = 0; ; hops++) {
      const onward = onwardFrom(visit)
      if (onward === null) break
      if (hops === maxRedirects) throw new Error(`too many redirects at ${visit.url}`)
      visit = await send(onward)
    }
    current = visit
    history.push(visit.url.href)
    return visit
  }
  const page = (): Visit => {
    if (!current) throw new Error('no page is open')
    return current
  }
  /** Finds the form with a button of this text, and the body that pressing the button sends. */
  const pressed = (button: string, typed: Record<string, string>) => {
    const forms = readForms(page().body)
    const form = forms.find(({ buttons }) => buttons.some(({ text }) => text === button))
    if (!form) throw new Error(`no button "${button}" on the page "${titleOf(page())}"`)
    return { form, body: bodyOf(form, button, typed), url: new URL(form.action || page().url.href, page().url) }
  }
  const posted = (url: URL, body: string): RequestInit => ({
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: page().url.origin,
      'sec-fetch-site': url.origin === page().url.origin ? 'same-origin' : 'cross-site',
    },
  })
  return {
    send,
    open: (address: string | URL) => navigate(address),
    /** Fills in fields, presses the button and follows redirects. */
    press(button: string, typed: Record<string, string> = {}) {
      const { url, body } = pressed(button, typed)
      return navigate(url, posted(url, body))
    },
    /** Like `press`, but without following redirects. */
    pressOnce(button: string, typed: Record<string, string> = {}) {
      const { url, body } = pressed(button, typed)
      return send(url, posted(url, body))
    },
    page,
    title: () => titleOf(page()),
    forms: () => readForms(page().body),
    /** The final address of each navigation, in order. */
    history,
    cookies: () => cookies,
    cookie: (name: string) => cookies.find((cookie) => cookie.name === name) ?? null,
    setCookies(next: readonly Cookie[]) {
      cookies = [...next]
    },
  }
}

export type TestBrowser = ReturnType<typeof testBrowser>

function onwardFrom({ url, status, headers }: Visit): URL | null {
  if (status === 303 || status === 302) return new URL(headers.get('location') ?? '', url)
  const refresh = /^0; url=(.*)$/.exec(headers.get('refresh') ?? '')?.[1]
  return refresh === undefined ? null : new URL(refresh)
}

const titleOf = ({ body }: Visit): string => /<title>(.*?)<\/title>/s.exec(body)?.[1] ?? ''

function bodyOf({ fields, buttons }: PageForm, button: string, typed: Record<string, string>): string {
  const pressedButton = buttons.find(({ text }) => text === button)
  const sent = new URLSearchParams()
  for (const { name, value, checked } of fields) if (checked) sent.set(name, value)
  if (pressedButton?.name) sent.set(pressedButton.name, pressedButton.value)
  for (const [name, value] of Object.entries(typed)) sent.set(name, value)
  return sent.toString()
}

interface PageForm {
  readonly action: string
  readonly fields: readonly { name: string; value: string; checked: boolean; attributes: string }[]
  /** In the order of the page; `text` is the visible text. */
  readonly buttons: readonly { text: string; name: string; value: string; attributes: string }[]
}

/** Reads the forms of a page. The parser is sufficient for our own pages. */
const readForms = (body: string): PageForm[] =>
  [...body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = '', content = '']) => ({
    action: attribute(attributes, 'action'),
    fields: [...content.matchAll(/<input\b([^>]*)>/gs)].map(([, input = '']) => ({
      name: attribute(input, 'name'),
      value: attribute(input, 'value'),
      checked: attribute(input, 'type') !== 'checkbox',
      attributes: input,
    })),
    buttons: [...content.matchAll(/<button\b([^>]*)>(.*?)<\/button>/gs)].map(([, button = '', text = '']) => ({
      text: decode(text.replace(/<[^>]*>/g, ''))
        .replace(/\s+/g, ' ')
        .trim(),
      name: attribute(button, 'name'),
      value: attribute(button, 'value'),
      attributes: button,
    })),
  }))

const attribute = (attributes: string, name: string): string =>
  decode(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** Decodes the HTML entities of a text. */
const decode = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name] ?? '')
