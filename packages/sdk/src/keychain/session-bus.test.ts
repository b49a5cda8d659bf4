import { expect, test } from 'vitest'
import { startKeyringSession, startSilentBus } from '../testing/index.ts'
import { isBusSilent } from './session-bus.ts'

test('K23 a bus that accepts a connection and sends nothing is silent, and the connection is closed', async () => {
  await using bus = await startSilentBus()
  expect(await isBusSilent(bus.address, { ms: 200 })).toBe(true)
  await expect.poll(() => bus.connections()).toBe(0)
})

test('K23 a real bus is not silent', async () => {
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
])('K23 the address %j does not count as silent: the helper reports what is wrong', async (address) => {
  expect(await isBusSilent(address, { ms: 3000 })).toBe(false)
})

test('a cancelled run does not wait for the bus', async () => {
  await using bus = await startSilentBus()
  const signal = AbortSignal.timeout(50)
  expect(await isBusSilent(bus.address, { ms: 3_600_000, signal })).toBe(false)
})
