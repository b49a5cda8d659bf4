import { defineConfig } from 'vitest/config'
import { shared } from '../lint/vitest.shared.ts'

export default defineConfig({ test: shared })
