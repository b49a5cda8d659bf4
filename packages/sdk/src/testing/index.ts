/**
 * @osa/sdk/testing: what tests of tools need.
 *
 * fake-node.ts      a scripted node on a loopback port
 * manual-clock.ts   a clock that a test moves
 * temporary-dir.ts  a folder that goes away with the test
 */
export { FakeNode, type FakeNodeOptions, type RawAnswer, type SeenRequest, startFakeNode } from './fake-node.ts'
export { createManualClock, type ManualClock } from './manual-clock.ts'
export { makeTemporaryDir, type TemporaryDir } from './temporary-dir.ts'
