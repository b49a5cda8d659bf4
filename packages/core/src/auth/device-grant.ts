/** The operator's emergency switch for signing in from terminals (L10). */
import { type AuthDependencies, isFresh } from './dependencies.ts'

/** How long a process may use the value that it read. A change takes effect everywhere within a minute. */
const maxAgeSeconds = 30

export interface DeviceGrant {
  /** True unless an operator has turned it off. Call it outside a transaction, which may hold the only connection. */
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
