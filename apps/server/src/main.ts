/** Starts a node in the foreground. */
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `The node needs Node.js 22.18 or newer; this is ${process.versions.node}.\nRun it with \`npm start\`, which brings its own Node.js, or install a newer one.\n`,
  )
  process.exit(1)
}
// operators may send diagnostic reports to others, so reports must not contain the environment: settings include secrets
process.report.excludeEnv = true
try {
  process.cwd()
} catch {
  // a library calls process.cwd() when it is loaded
  process.stderr.write('The current folder no longer exists.\nChange to another one and try again.\n')
  process.exit(1)
}
// The compile cache halves the start-up time and saves the memory of stripping types. Its content is executed, so it is stored beside the
// sources, where only users who can change these can write. If nobody can, there is no cache.
module.enableCompileCache(fileURLToPath(new URL('../dist/compile-cache', import.meta.url)))
// Loading and compiling the modules produces garbage once. V8 would keep the heap space for it, a seventh of an idle node's memory.
v8.setFlagsFromString('--semi-space-growth-factor=1')
// imported dynamically, since an older Node.js could not load these modules
const { loadRun } = await import('./bundle.ts')
const { run } = await loadRun()
await run(process)
// under load, a growing young generation saves time
v8.setFlagsFromString('--semi-space-growth-factor=2')
// flushed now, since the process may later be killed
module.flushCompileCache()
