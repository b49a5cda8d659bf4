/** `/.well-known/osa`: checks that there is a node at an address before anything else is sent there. */

import type { ServerDocument } from '@osa/contract'
import { OsaError } from '../errors.ts'
import { withSignal } from '../signal.ts'
import type { Exchange } from './exchange.ts'
import { serverDocumentPath } from './issuer.ts'
import { receivedServerDocument } from './received.ts'
import type { HttpAnswer } from './to-answer.ts'
import { exchangeLine, unexpectedAnswer } from './unexpected-answer.ts'

/** The server of the original OSA, in Python, has no such page and answers with its framework's 404. */
const isOriginalServer = ({ status, json }: HttpAnswer): boolean =>
  status === 404 && JSON.stringify(json) === '{"detail":"Not Found"}'

const originalServer = (answer: HttpAnswer): OsaError =>
  new OsaError('not_an_osa_server', `${answer.server} is an archive of the original OSA (Python), or none at all`, {
    server: answer.server,
    status: answer.status,
    details: [exchangeLine(answer)],
    hint: `Sign in there with the original osa (Python): osa login --server ${answer.server}`,
  })

/** Requests a server's document. Throws the codes of `unexpectedAnswer`, the network's codes, and `not_an_osa_server` for an original server. */
export async function discover(
  exchange: Exchange,
  { server, headers, signal }: { server: string; headers: Record<string, string>; signal?: AbortSignal | undefined },
): Promise<ServerDocument> {
  const init: RequestInit = { headers: { accept: 'application/json', ...headers }, ...withSignal(signal) }
  const answer = await exchange.send(new URL(server + serverDocumentPath), init)
  const document = answer.status === 200 ? receivedServerDocument.safeParse(answer.json) : null
  if (document?.success) return document.data
  throw isOriginalServer(answer) ? originalServer(answer) : unexpectedAnswer(answer)
}
