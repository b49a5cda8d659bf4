/**
 * Nodes for tests. Not for production.
 *
 * test-node.ts   a node in this process, with the memory store and a clock that tests advance
 * spawn-node.ts  the real node as a process
 */
export * from './spawn-node.ts'
export * from './test-node.ts'
