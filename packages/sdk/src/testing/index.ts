/**
 * @osa/sdk/testing: what tests of tools need.
 *
 * fake-osa-server.ts   a scripted node on a loopback port
 * fake-procedures.ts   its tRPC wire: what a procedure answers, in batches too
 * keyring-session.ts   a D-Bus with a gnome-keyring of its own (Linux); silent-bus.ts one that never answers
 * manual-clock.ts      a clock that a test moves
 * memory-keychain.ts   a keychain that can be locked and made to lie
 * memory-store.ts      saved logins without a file
 * temporary-dir.ts     a folder that goes away with the test
 */
export type { RawAnswer } from './fake-answers.ts'
export {
  FakeOsaServer,
  type FakeOsaServerOptions,
  fakeOsaServer,
  type SeenRequest,
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
