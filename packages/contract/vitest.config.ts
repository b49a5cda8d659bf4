import { defineConfig } from 'vitest/config'
import { sharing } from '../../tooling/lint/vitest.shared.ts'

export default defineConfig({ test: sharing })
