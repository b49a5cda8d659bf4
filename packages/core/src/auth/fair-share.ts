/** Shares a limited supply fairly among sources (J02, J10). */

/** The whole supply, `inAll`, and the part of it that a single source gets when it is alone, `bySource`. */
export interface Supply {
  readonly bySource: number
  readonly inAll: number
}

/**
 * Whether a source may have one more: it may while it has less than a fixed fraction of what is still free. A single source gets up to
 * `bySource`. The more sources there are, the less each one gets, and a source that has nothing yet always gets something. With a fixed
 * share each, a few sources could shut out all others. (Network switches share memory among ports by the same rule: Choudhury and
 * Hahne, "Dynamic queue length thresholds", 1998.)
 */
export function mayHaveOneMore(has: Supply, supply: Supply): boolean {
  const free = supply.inAll - has.inAll
  return free > 0 && has.bySource * (supply.inAll - supply.bySource) < supply.bySource * free
}
