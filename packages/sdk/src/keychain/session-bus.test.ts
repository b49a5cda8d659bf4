import { expect, test } from 'vitest'
import { startKeyringSession, startSilentBus } from '../testing/index.ts'
import { isBusSilent } from './session-bus.ts'

test('K23 a bus that accepts a connection and says nothing is silent, and is left', async () => {
  await using bus = await startSilentBus()
  expect(await isBusSilent(bus.address, { ms: 200 })).toBe(true)
  await expect.poll(() => bus.connections()).toBe(0)
})

test('K23 a real bus is not, however little time it is given to say more', async () => {
  await using session = await startKeyringSession()
  expect(await isBusSilent(session.env.DBUS_SESSION_BUS_ADDRESS ?? '', { ms: 3000 })).toBe(false)
})

test.each([
  'unix:path=/nonexistent',
  'unix:path=%zz',
  'unix:abstract=/tmp/dbus-that-nobody-listens-on,guid=00',
  'autolaunch:',
  'tcp:host=127.0.0.1,port=1',
  '',
])('K23 what %s means is left to the helper', async (address) => {
  expect(await isBusSilent(address, { ms: 3000 })).toBe(false)
})

test('a run that is cancelled does not wait for it', async () => {
  await using bus = await startSilentBus()
  const signal = AbortSignal.timeout(50)
  expect(await isBusSilent(bus.address, { ms: 3_600_000, signal })).toBe(false)
})
