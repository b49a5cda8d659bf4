#!/usr/bin/env node
// CommonJS, as package.json beside says: it starts faster than a module.
try {
  require('../dist/main.cjs')
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND' || !error.message.includes('dist/main.cjs')) throw error
  process.stderr.write(' ✗ osa is not built yet\n → Run npm run build in the checkout\n')
  process.exitCode = 1
}
