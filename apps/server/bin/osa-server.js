#!/usr/bin/env node
// Runs the operator's commands (../src/operator). Plain JavaScript, so that an older Node.js can print which version it needs.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `osa-server needs Node.js 22.18 or newer; this is ${process.versions.node}.\nIn a checkout, \`npx osa-server\` brings its own Node.js.\n`,
  )
  process.exitCode = 1
} else {
  // ../src/main.ts does the same and explains why
  process.report.excludeEnv = true
  const { enableCompileCache, flushCompileCache } = await import('node:module')
  const { fileURLToPath } = await import('node:url')
  enableCompileCache(fileURLToPath(new URL('../dist/compile-cache', import.meta.url)))
  const { runOperator } = await import('../src/operator/program.ts')
  process.exitCode = await runOperator(process.argv.slice(2), process)
  flushCompileCache()
}
