/**
 * @osa/sdk/testing: helpers for testing tools that use the SDK.
 *
 * fake-osa-server.ts   a scripted node on a loopback port
 * fake-procedures.ts   its tRPC wire, including batches
 * keyring-session.ts   a private D-Bus with a gnome-keyring (Linux); silent-bus.ts is a bus that never answers
 * manual-clock.ts      a clock that a test moves
 * memory-keychain.ts   a keychain that can be locked or made to fail
 * memory-store.ts      saved logins without a file
 * temporary-dir.ts     a folder that is removed with the test
 */
export type { RawAnswer, SeenRequest } from './fake-http.ts'
export {
  FakeOsaServer,
  type FakeOsaServerOptions,
  fakeOsaServer,
} from './fake-osa-server.ts'
export {
  type FakeProcedure,
  FakeRefusal,
  refusalAnswer,
  resultAnswer,
  type ScriptedProcedure,
} from './fake-procedures.ts'
export { type KeyringSession, type KeyringSessionOptions, startKeyringSession } from './keyring-session.ts'
export { createManualClock, type ManualClock } from './manual-clock.ts'
export {
  createMemoryKeychain,
  type KeychainVerb,
  type MemoryKeychain,
  type MemoryKeychainOptions,
} from './memory-keychain.ts'
export { type MemoryStore, memoryStore } from './memory-store.ts'
export { type SilentBus, type SilentBusOptions, startSilentBus } from './silent-bus.ts'
export { makeTemporaryDir, type TemporaryDir } from './temporary-dir.ts'
