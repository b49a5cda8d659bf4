/** A floor: Hono with the node's server adapter, which reads the form as text and answers with a fixed body. */
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { announce } from './announce.ts'
import { fixedBody, fixedHeaders } from './fixed-answer.ts'

const app = new Hono().post('/oauth/token', async (c) => {
  await c.req.text()
  return c.body(fixedBody, 400, fixedHeaders)
})
const server = createServer(getRequestListener(app.fetch))
server.listen(0, '127.0.0.1', () => announce(server))
