/**
 * A tool's own API for people who are signed in to an archive: `curl -H "Authorization: Bearer $(osa token)" http://127.0.0.1:4000/hello`.
 *
 * A person who sends such a token lends it to this server, which could do with it anything that the person may do. So use this only for people
 * who trust the server, and never store or log a token.
 *
 *     OSA_NODE=https://archive.example.org PORT=4000 node express-middleware.ts
 */
import { canonicalServer, createOsaClient, isOsaError, type Whoami } from '@osa/sdk'
import express, { type RequestHandler } from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const { OSA_NODE, PORT = '4000' } = process.env
if (!OSA_NODE) throw new Error('Set OSA_NODE to the address of the node')
const server = canonicalServer(OSA_NODE)

const tokenOf = (header: string | undefined): string | null =>
  /^Bearer ([\x21-\x7e]+)$/i.exec(header ?? '')?.[1] ?? null

/** Asks the node at each request, so that an ended session is rejected at once. Puts the person into `response.locals`. */
const signedIn: RequestHandler = async (request, response, next) => {
  const token = tokenOf(request.headers.authorization)
  if (!token) return void response.status(401).set('WWW-Authenticate', 'Bearer').json({ error: 'not_authenticated' })
  try {
    response.locals.person = await createOsaClient({ server, auth: token }).me.query()
    next()
  } catch (error) {
    if (!isOsaError(error)) throw error
    const isRefused = isOsaError(error, 'token_rejected', 'token_malformed')
    response.status(isRefused ? 401 : 503).json({ error: error.code })
  }
}

const keys = createRemoteJWKSet(new URL(`${server}/.well-known/jwks.json`))

/** Verifies the signature here (RFC 9068 §4). This is faster, but an ended session is accepted until its access token expires, within minutes. */
const signed: RequestHandler = async (request, response, next) => {
  try {
    const options = { issuer: server, audience: server, typ: 'at+jwt', algorithms: ['ES256'] }
    const { payload } = await jwtVerify(tokenOf(request.headers.authorization) ?? '', keys, options)
    response.locals.subject = payload.sub
    next()
  } catch {
    response.status(401).set('WWW-Authenticate', 'Bearer').json({ error: 'not_authenticated' })
  }
}

const app = express()
app.get('/hello', signedIn, (_request, response) => {
  const person = response.locals.person as Whoami
  response.json({ hello: person.display_name ?? person.external_id, roles: person.roles })
})
app.get('/subject', signed, (_request, response) => void response.json({ subject: response.locals.subject }))
const listening = app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}`))
process.once('SIGTERM', () => listening.close())
