/** A floor: `node:http`, which reads the form and answers with a fixed body. */
import { createServer } from 'node:http'
import { announce } from './announce.ts'
import { fixedBody, fixedHeaders } from './fixed-answer.ts'

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(400, { ...fixedHeaders, 'content-length': Buffer.byteLength(fixedBody) }).end(fixedBody)
  })
})
server.listen(0, '127.0.0.1', () => announce(server))
