/** The correct part of the test identity provider: `oidc-provider` with a login page. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { html } from 'hono/html'
import Provider, { type Configuration } from 'oidc-provider'
import type { UpstreamKey } from './upstream-lies.ts'

export interface UpstreamPerson {
  readonly subject: string
  readonly name: string
}

interface UpstreamSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Registered redirect URIs; read at each request. */
  readonly allowed: ReadonlySet<string>
  readonly settings: { readonly person: UpstreamPerson; readonly silent: boolean }
  readonly signingKey: UpstreamKey
}

const names = new Map<string, string>()

/** Returns a request listener for the whole provider. */
export function identityProvider(options: UpstreamSettings) {
  const provider = new Provider(options.issuer, configurationOf(options))
  provider.proxy = options.issuer.startsWith('https:')
  provider.Client.prototype.redirectUriAllowed = (uri: string) => options.allowed.has(uri)
  const callback = provider.callback()
  return (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? '/'
    if (path.startsWith('/login/')) {
      login(provider, options, request, response).catch((error) => response.writeHead(500).end(String(error)))
    } else void callback(request, response)
  }
}

const configurationOf = ({ clientId, clientSecret, signingKey }: UpstreamSettings): Configuration => ({
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      // redirectUriAllowed checks the real redirect URIs at each request
      redirect_uris: ['https://unused.example/callback'],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  jwks: { keys: [signingKey.privateJwk] },
  cookies: { keys: ['a-cookie-key-for-tests'] },
  claims: { openid: ['sub', 'name'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/login/${interaction.uid}` },
  ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 3600, IdToken: 3600, Interaction: 3600, Session: 3600 },
  findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, name: names.get(id) }) }),
  /** Signing in includes consent. */
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client?.clientId ?? '',
      accountId: ctx.oidc.session?.accountId ?? '',
    })
    grant.addOIDCScope('openid')
    await grant.save()
    return grant
  },
})

async function login(
  provider: Provider,
  { settings }: UpstreamSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params, session } = await provider.interactionDetails(request, response)
  const finish = async ({ subject, name }: UpstreamPerson) => {
    names.set(subject, name)
    const next = await provider.interactionResult(request, response, { login: { accountId: subject } })
    if (session?.accountId !== undefined && session.accountId !== subject) await forget(provider, session.uid)
    response.writeHead(303, { Location: next }).end()
  }
  if (settings.silent && params.prompt !== 'login') return finish(settings.person)
  if (request.method === 'POST') {
    const form = new URLSearchParams((await request.toArray()).join(''))
    if (form.get('answer') !== 'deny') {
      return finish({ subject: form.get('subject') ?? '', name: form.get('name') ?? '' })
    }
    const refusal = { error: 'access_denied', error_description: 'The person said <b>no</b>.' }
    return provider.interactionFinished(request, response, refusal)
  }
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(String(await loginPage(settings.person)))
}

/** Lets another person sign in during a session; the library would otherwise show a page that needs a script. */
async function forget(provider: Provider, sessionUid: string): Promise<void> {
  const session = await provider.Session.findByUid(sessionUid)
  if (!session) return
  delete session.accountId
  session.authorizations = {}
  await session.persist()
}

const loginPage = ({ subject, name }: UpstreamPerson) => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Example identity provider</title></head>
<body><main><h1>Sign in to the example identity provider</h1>
<form method="post">
<p><label>Identifier <input name="subject" value="${subject}"></label></p>
<p><label>Name <input name="name" value="${name}"></label></p>
<p><button name="answer" value="allow">Sign in and allow</button>
<button name="answer" value="deny">Deny access</button></p>
</form></main></body></html>`
