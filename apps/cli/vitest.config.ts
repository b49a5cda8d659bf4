import { defineConfig } from 'vitest/config'
import { sharing } from '../../vitest.shared.ts'

export default defineConfig({ test: sharing })
