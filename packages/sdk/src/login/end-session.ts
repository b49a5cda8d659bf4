/** Ends a session at its server. */

import type { Network } from '../client/network.ts'
import { withSignal } from '../signal.ts'

const atMostMs = 10_000

/** Ends the session of a refresh token. Succeeds if the server does not know it: the session has ended already. Throws the network's codes. */
export async function endSession(
  network: Network,
  call: { server: string; refreshToken: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const osa = await network.connect(call.server, { atMostMs })
  await osa.session.end.mutate({ refresh_token: call.refreshToken }, withSignal(call.signal))
}
