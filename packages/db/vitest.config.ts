import { defineConfig } from 'vitest/config'
import { postgres, sharing } from '../../tooling/lint/vitest.shared.ts'

export default defineConfig({ test: { ...sharing, globalSetup: postgres } })
