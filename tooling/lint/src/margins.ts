/** How much of their limits tests and hooks take: the ones that are nearest to theirs. */
import type { ReportedHookContext, Reporter, TestCase } from 'vitest/node'

export interface Timed {
  readonly name: string
  readonly tookMs: number
  readonly limitMs: number
}

const shown = 10

/** The `shown` largest shares, the largest first, a line each. */
export const thinnestMargins = (timed: readonly Timed[]): string[] =>
  timed
    .toSorted((a, b) => b.tookMs / b.limitMs - a.tookMs / a.limitMs)
    .slice(0, shown)
    .map(({ name, tookMs, limitMs }) => {
      const share = ((100 * tookMs) / limitMs).toFixed(1)
      return `${share.padStart(6)} %  ${(tookMs / 1_000).toFixed(1).padStart(6)} s of ${limitMs / 1_000} s  ${name}`
    })

const hookName = ({ name, entity }: ReportedHookContext): string =>
  entity.type === 'module'
    ? `${entity.relativeModuleId} ${name}`
    : `${entity.module.relativeModuleId} > ${entity.fullName} ${name}`

/** Prints them when the run is over. A hook's time includes the way of its start and end to here. */
export class Margins implements Reporter {
  readonly #timed: Timed[] = []
  readonly #startedAtMs = new Map<string, number>()

  onTestCaseResult(test: TestCase): void {
    const limitMs = test.options.timeout ?? test.project.config.testTimeout
    const tookMs = test.diagnostic()?.duration
    if (tookMs === undefined) return
    this.#timed.push({ name: `${test.module.relativeModuleId} > ${test.fullName}`, tookMs, limitMs })
  }

  onHookStart(hook: ReportedHookContext): void {
    this.#startedAtMs.set(hookName(hook), performance.now())
  }

  onHookEnd(hook: ReportedHookContext): void {
    const name = hookName(hook)
    const tookMs = performance.now() - (this.#startedAtMs.get(name) ?? Number.NaN)
    this.#timed.push({ name, tookMs, limitMs: hook.entity.project.config.hookTimeout })
  }

  onTestRunEnd(): void {
    process.stdout.write(`\nNearest to their limits:\n${thinnestMargins(this.#timed).join('\n')}\n`)
  }
}
