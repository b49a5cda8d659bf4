/** Whether people may sign in from terminals at all: the operator's switch for an emergency (L10). */
import { type AuthDependencies, isFresh } from './dependencies.ts'

/** How long a process may go on with what it read: a change takes effect everywhere within a minute. */
const maxAgeSeconds = 30

export interface DeviceGrant {
  /** True unless an operator has turned it off. To be asked outside a transaction, which may hold the only connection. */
  isOn(): Promise<boolean>
}

export function createDeviceGrant({ store, now }: Pick<AuthDependencies, 'store' | 'now'>): DeviceGrant {
  let current: { readAt: Date; enabled: boolean } | null = null
  return {
    async isOn() {
      if (current && isFresh(current.readAt, now(), maxAgeSeconds)) return current.enabled
      const readAt = now()
      const enabled = (await store.findSwitch('device_grant'))?.enabled ?? true
      current = { readAt, enabled }
      return enabled
    },
  }
}
