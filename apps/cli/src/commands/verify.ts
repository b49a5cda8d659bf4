/**
 * `osa verify`: looks up a code that another terminal shows (RFC 8628 §3.3), prints which client is waiting, and opens the page of the
 * sign-in. The person need not type its address. The command approves nothing: the person signed in on the page does.
 */
import { checkedVerificationUri } from '@osa/sdk/internal'
import { cleanText, isOsaError, OsaError } from '@osa/sdk/node'
import { findLauncher, openBrowser, thisDesktop } from '../browser.ts'
import type { CommandContext, RunCommand } from '../command.ts'
import { agreeToFirstContact, chooseServer, type ResolvedServer } from '../server-resolution.ts'
import { leftText } from '../time-text.ts'

async function lookUp({ network, signal }: CommandContext, { url }: ResolvedServer, user_code: string) {
  try {
    const osa = await network.connect(url)
    return await osa.device.verify.mutate({ user_code }, { signal })
  } catch (error) {
    if (!isOsaError(error, 'not_found')) throw error
    throw new OsaError('not_found', `No sign-in on ${url} is waiting for the code ${cleanText(user_code, 40)}`, {
      server: url,
      status: 404,
      hint: 'Check the code; if it has expired, run osa login again on the other terminal',
    })
  }
}

export const verify: RunCommand = async (context) => {
  const { io, flags, env, isCi } = context
  const server = await chooseServer(context, 'only stored login')
  await agreeToFirstContact(context, server)
  const found = await lookUp(context, server, flags.argument('code') ?? '')
  const continueUri = checkedVerificationUri(found.continue_uri, server.url)
  if (io.isJson) return io.json({ v: 1, ok: true, server: server.url, ...found, continue_uri: continueUri })
  const { result } = io
  result.row(null, `Client:   ${found.client_name}`)
  result.row(null, `Asks for: ${found.scope}`)
  result.row(null, `Expires:  in ${leftText(found.expires_in)}`)
  result.row(null, `Continue: ${continueUri}`)
  io.needed.say('Approve it there only if you started this sign-in yourself.')
  const launcher = flags.isSet('no-browser') || isCi || !io.hasOnlooker ? null : findLauncher(thisDesktop(env))
  if (!launcher) return
  io.say('Opening your browser.')
  if (!(await openBrowser(launcher, continueUri, env))) io.say("Couldn't open a browser. Use the address above.")
}
