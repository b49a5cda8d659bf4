#!/usr/bin/env node
// Starts the operator's commands (../src/operator). Plain JavaScript, so that an older Node.js can say what it lacks.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `osa-server needs Node.js 22.18 or newer; this is ${process.versions.node}.\nIn a checkout, \`npx osa-server\` brings its own.\n`,
  )
  process.exitCode = 1
} else {
  const { env, stdout, stderr } = process
  const { runOperator } = await import('../src/operator/program.ts')
  process.exitCode = await runOperator({ args: process.argv.slice(2), env, stdout, stderr })
}
