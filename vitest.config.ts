/** The tests of all workspaces in one run, so that no core waits for the last test of a package. */

import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { shared } from './tooling/lint/vitest.shared.ts'

/** Those with the longest tests come first; what is left for the end is short. */
const order = ['@osa/e2e', '@osa/server', '@osa/db', '@osa/sdk', '@osa/cli']
/** More than a minute each, which nobody should wait for alone at the end. */
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
    // with --coverage; what tests start as processes of their own is not counted
    coverage: {
      include: ['apps/*/src/**/*.ts', 'packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/testing/**', '**/migrations/**'],
      reporter: ['text-summary'],
      reportsDirectory: 'node_modules/.cache/coverage',
    },
  },
})
