/** A vitest reporter that shows which tests and hooks are nearest to their time limits. */
import type { ReportedHookContext, Reporter, TestCase } from 'vitest/node'

export interface Timed {
  readonly name: string
  readonly tookMs: number
  readonly limitMs: number
}

const shown = 10

/** Returns a line for each of the `shown` entries with the largest share of their limit, largest first. */
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

/** Prints these lines at the end of the run. A hook's time includes the time that its events take to reach the reporter. */
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
