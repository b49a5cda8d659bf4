// Explains what to do when npm scripts run on a Node that cannot run this project. Plain JavaScript, because it must run on any Node.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`
 ✗ This project needs Node 22.18 or newer, but npm scripts run on ${process.version} here.
   npm ci installs Node 24 into node_modules, unless it skips optional packages or install scripts.
 → Run npm ci again without --ignore-scripts and --omit=optional, or use a newer Node.
`)
  process.exit(1)
}
