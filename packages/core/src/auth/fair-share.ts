/** How much of what is limited a source may have, when there are others (J02, J10). */

/** What there is to share: `inAll` for everybody, of which a source that is alone gets `bySource`. */
export interface Supply {
  readonly bySource: number
  readonly inAll: number
}

/**
 * Whether a source that has some may have one more: while it has less than a fixed part of what is still free. Alone it comes to
 * `bySource`; the more sources there are, the less each is left, and who has none yet gets some. So a few sources cannot shut out
 * everybody else, as they could with a fixed share each. (The rule of switches that share their memory among ports: Choudhury and Hahne,
 * "Dynamic queue length thresholds", 1998.)
 */
export function mayHaveOneMore(has: Supply, supply: Supply): boolean {
  const free = supply.inAll - has.inAll
  return free > 0 && has.bySource * (supply.inAll - supply.bySource) < supply.bySource * free
}
