/** `osa token`: prints a valid access token, for programs such as curl. The only command that prints a secret. */
import { OsaError } from '@osa/sdk/node'
import { openStoredTokens, withLoginHint } from '../account.ts'
import type { CommandContext, RunCommand } from '../command.ts'
import { chooseServer, type ResolvedServer } from '../server-resolution.ts'

import { notLoggedIn } from '../token-resolution.ts'

const defaultMinimumTtlSeconds = 300
const maxMinimumTtlSeconds = 86_400

/** `--min-ttl` in seconds. Throws `usage`. */
function minimumTtlOf({ flags }: CommandContext): number {
  const typed = flags.value('min-ttl')
  if (typed === null) return defaultMinimumTtlSeconds
  if (/^\d{1,6}$/.test(typed) && Number(typed) <= maxMinimumTtlSeconds) return Number(typed)
  throw new OsaError('usage', `--min-ttl ${typed} is not a number of seconds`, {
    hint: `Use a number from 0 to ${maxMinimumTtlSeconds}`,
  })
}

/** Refuses to print a token on a terminal, where it stays in the scrollback and in screenshots, and ever to print OSA_TOKEN (K31). */
function refuseToShow({ io, flags, env }: CommandContext): void {
  if (env.OSA_TOKEN) {
    throw new OsaError('usage', 'OSA_TOKEN is set, and osa never prints it', {
      hint: 'Use the variable itself, or unset it to print a token of your saved login',
    })
  }
  if (!io.isDataShown || flags.isSet('yes')) return
  throw new OsaError('needs_person', 'osa token would show a secret on this terminal', {
    hint: 'Pipe it into a program, or pass --yes',
  })
}

function warnAboutShortLife({ io, clock }: CommandContext, expiresAt: number | null, minimum: number): void {
  const left = expiresAt === null ? minimum : Math.floor(expiresAt - clock.now() / 1000)
  if (left < minimum) io.warn(`The token is valid for only ${left} s: the archive issues no tokens that last longer`)
}

async function freshToken(context: CommandContext, server: ResolvedServer, minimumTtlSeconds: number): Promise<string> {
  try {
    return await openStoredTokens(context).getFreshToken(server.url, { minimumTtlSeconds, signal: context.signal })
  } catch (error) {
    throw withLoginHint(server, error)
  }
}

export const token: RunCommand = async (context) => {
  const { io, store } = context
  refuseToShow(context)
  const minimumTtlSeconds = minimumTtlOf(context)
  const server = await chooseServer(context, 'only stored login')
  if (!(await store().list()).some((one) => one.server === server.url)) throw notLoggedIn(context, server)
  const accessToken = await freshToken(context, server, minimumTtlSeconds)
  const expiresAt = (await store().list()).find((one) => one.server === server.url)?.expiresAt ?? null
  warnAboutShortLife(context, expiresAt, minimumTtlSeconds)
  if (!io.isJson) return io.data(accessToken)
  const expires_at = expiresAt === null ? null : new Date(expiresAt * 1000).toISOString()
  io.json({ v: 1, ok: true, server: server.url, access_token: accessToken, expires_at })
}
