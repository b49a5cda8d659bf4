/** The yardstick: the same Hono and server adapter, reading the form as text and answering a fixed body. Prints its address. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const body = JSON.stringify({ error: 'authorization_pending', error_description: 'Nobody has decided yet.' })
const app = new Hono().post('/oauth/token', async (c) => {
  await c.req.text()
  return c.body(body, 400, { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' })
})
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`ready at http://127.0.0.1:${port}\n`)
})
