/**
 * A model of whole sign-ins, written independently of the implementation: devices, the people who claim them, decisions, polls, refreshes, an
 * operator, and a clock that also goes backwards. Times are in seconds.
 */
export type Decision = 'approve' | 'deny'

const lifetime = 600
const overlap = 2
const replayGrace = 30
const clockSkew = 60
const maxReplays = 10

interface ModelFamily {
  revoked: boolean
  readonly tokens: { usedAt: number | null; replays: number }[]
}

interface ModelDevice {
  readonly startedAt: number
  interval: number
  lastPoll: number | null
  state: 'open' | 'approved' | 'denied' | 'spent'
  claimed: boolean
  /** Its expiry was seen, or the operator ended it. This is final. */
  ended: boolean
  spentAt: number
  family: ModelFamily | null
}

export function createFlowModel() {
  let now = 0
  const devices: ModelDevice[] = []
  const isOver = (device: ModelDevice) => device.ended || now >= device.startedAt + lifetime
  /** Whether the device has ended. An end that is seen once is final. */
  const seenOver = (device: ModelDevice): boolean => {
    device.ended ||= isOver(device)
    return device.ended
  }
  const at = (index: number): ModelDevice => {
    const device = devices[index]
    if (!device) throw new Error('no such device')
    return device
  }

  /** Whether a poll cannot have been under way when the code was redeemed. */
  const isSecondHolder = ({ spentAt }: ModelDevice) => now - spentAt > overlap || now - spentAt < -clockSkew

  const pollOpen = (device: ModelDevice): string => {
    const since = device.lastPoll === null ? Number.POSITIVE_INFINITY : now - device.lastPoll
    if (since < device.interval - 1 && since > -device.interval) {
      device.interval += 5
      return 'slow_down'
    }
    device.lastPoll = now
    return 'authorization_pending'
  }

  return {
    wait(seconds: number) {
      now += seconds
    },
    start() {
      const [startedAt, interval, spentAt] = [now, 5, 0]
      devices.push({
        startedAt,
        interval,
        spentAt,
        lastPoll: null,
        state: 'open',
        claimed: false,
        ended: false,
        family: null,
      })
    },
    /** A new person enters the code and signs in. Returns `claimed` or `not_usable`. */
    claim(index: number): string {
      const device = at(index)
      if (seenOver(device) || device.state !== 'open' || device.claimed) return 'not_usable'
      device.claimed = true
      return 'claimed'
    },
    decide(index: number, decision: Decision): string {
      const device = at(index)
      if (device.state === 'denied') return 'already_denied'
      if (device.state !== 'open') return 'already_approved'
      if (seenOver(device)) return 'expired'
      device.state = decision === 'approve' ? 'approved' : 'denied'
      return device.state
    },
    poll(index: number): string {
      const device = at(index)
      if (device.state === 'spent') {
        if (device.family && isSecondHolder(device)) device.family.revoked = true
        return 'invalid_grant'
      }
      if (seenOver(device)) return 'expired_token'
      switch (device.state) {
        case 'denied':
          return 'access_denied'
        case 'approved':
          device.state = 'spent'
          device.spentAt = now
          device.family = { revoked: false, tokens: [{ usedAt: null, replays: 0 }] }
          return 'tokens'
        case 'open':
          return pollOpen(device)
      }
    },
    /** Presents the family's token number `token`. Returns `invalid_grant`, or the number of the returned token. */
    refresh(index: number, token: number): number | 'invalid_grant' {
      const { family } = at(index)
      const presented = family?.tokens[token]
      if (!family || !presented || family.revoked) return 'invalid_grant'
      if (presented.usedAt === null) {
        presented.usedAt = now
        return family.tokens.push({ usedAt: null, replays: 0 }) - 1
      }
      const since = now - presented.usedAt
      const repeatable = family.tokens[token + 1]?.usedAt === null && presented.replays < maxReplays
      if (since >= -clockSkew && since <= replayGrace && repeatable) {
        presented.replays++
        return token + 1
      }
      family.revoked = true
      return 'invalid_grant'
    },
    logOut(index: number) {
      const { family } = at(index)
      if (family) family.revoked = true
    },
    /** The operator ends everything of all people. */
    revokeAll() {
      for (const device of devices) {
        if (device.family) device.family.revoked = true
        if (device.claimed && (device.state === 'open' || device.state === 'approved')) device.ended = true
      }
    },
    sweep() {
      for (const device of devices) seenOver(device)
    },
  }
}
