/**
 * Nodes to test against. None of it is for production.
 *
 * test-node.ts   a node in this process, on the memory store, with a clock that moves when told to
 * spawn-node.ts  the real node as a process
 */
export * from './spawn-node.ts'
export * from './test-node.ts'
