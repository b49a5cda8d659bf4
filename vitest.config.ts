/** Runs the tests of all workspaces in one run, so that no core is idle while the last test of a package runs. */

import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { shared } from './tooling/lint/vitest.shared.ts'

/** Workspaces with the longest tests come first, so that short ones are left for the end. */
const order = ['@osa/e2e', '@osa/server', '@osa/db', '@osa/sdk', '@osa/cli']
/** Files that take more than a minute each, so that the run does not end with one of them alone. */
const longest = /\/(fuzz-cost|killed-commands|operating-pages|sdk-package)\.long\.test\.ts$/

function rank({ project, moduleId }: TestSpecification): number {
  if (longest.test(moduleId)) return -1
  const at = order.indexOf(project.name)
  return at === -1 ? order.length : at
}

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    ...shared,
    projects: ['apps/*/vitest.config.ts', 'packages/*/vitest.config.ts', 'tooling/*/vitest.config.ts'],
    sequence: { sequencer: LongestFirst },
    // for --coverage, which does not count processes that tests start
    coverage: {
      include: ['apps/*/src/**/*.ts', 'packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/testing/**', '**/migrations/**'],
      reporter: ['text-summary'],
      reportsDirectory: 'node_modules/.cache/coverage',
    },
  },
})
