/** Starts a node in the foreground. The only reader of the environment, and the only one who ends the process. */
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `This node needs Node.js 22.18 or newer; this is ${process.versions.node}.\nRun it with \`npm start\`, which brings its own, or install a newer Node.js.\n`,
  )
  process.exit(1)
}
// a diagnostic report, which Node.js writes where an operator asks for one, is sent to others: without the settings, which are secrets too
process.report.excludeEnv = true
try {
  process.cwd()
} catch {
  // a library asks for it as it is loaded
  process.stderr.write('The folder you are in is not there any more.\nGo to another one and try again.\n')
  process.exit(1)
}
// Beside the sources, where only those who may change these can write, and nowhere if nobody can: what is in it is run as it is. It halves
// what a start costs, and saves the memory of what else would strip the types.
module.enableCompileCache(fileURLToPath(new URL('../dist/compile-cache', import.meta.url)))
// To load and compile everything makes garbage once; the room for it, which V8 would keep for good, is a seventh of an idle node's memory.
v8.setFlagsFromString('--semi-space-growth-factor=1')
// only now, since an older Node.js could not even load what follows
const { loadRun } = await import('./bundle.ts')
const { run } = await loadRun()
await run(process)
// under load that room saves time
v8.setFlagsFromString('--semi-space-growth-factor=2')
// now and not when the process ends, since that may be by a kill
module.flushCompileCache()
