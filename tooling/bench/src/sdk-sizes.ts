/**
 * Measures what the SDK costs: the size of its browser build in a page, the parts of that, and the CPU time to import its entries, compared
 * with a Node process that imports nothing.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type OutputChunk, rolldown } from 'rolldown'

const here = import.meta.dirname
const rounds = 15

/** Bundles and minifies a program for browsers. `later` are the chunks that are loaded only when needed. */
async function bundle(program: string): Promise<{ first: string; later: string[] }> {
  const build = await rolldown({
    input: 'program',
    platform: 'browser',
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'program' ? join(here, 'program.js') : null),
        load: (id) => (id === join(here, 'program.js') ? program : null),
      },
    ],
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  const chunks = output.filter((part): part is OutputChunk => part.type === 'chunk')
  const first = chunks.find(({ isEntry }) => isEntry)
  if (!first) throw new Error('the bundle has no entry')
  return { first: first.code, later: chunks.filter(({ isEntry }) => !isEntry).map(({ code }) => code) }
}

const kilobytes = (code: string): string =>
  `${(code.length / 1000).toFixed(1)} kB, ${(gzipSync(code, { level: 9 }).length / 1000).toFixed(1)} kB gzipped`

/** Returns the CPU time in ms of a new process for each of `codes`: the minimum of several runs, because other load only adds to it. */
async function leastCpu(codes: readonly string[]): Promise<number[]> {
  const best = codes.map(() => Number.POSITIVE_INFINITY)
  const report = `; const { user, system } = process.cpuUsage(); process.stdout.write(String(user + system))`
  for (let round = 0; round < rounds; round++) {
    for (const [index, code] of codes.entries()) {
      const words = ['--input-type=module', '-e', code + report]
      const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: here })
      best[index] = Math.min(best[index] ?? Number.POSITIVE_INFINITY, Number(stdout) / 1000)
    }
  }
  return best
}

/** Measures sizes and times, and passes each to `report`. */
export async function measureSdk(report: (name: string, value: string) => void): Promise<void> {
  const use = (names: string, from: string): string =>
    `import { ${names} } from '${from}'; globalThis.used = [${names}]`
  const page = await bundle(use('createOsaClient, isOsaError', '@osa/sdk'))
  report('@osa/sdk in a page', kilobytes(page.first))
  for (const code of page.later) report('  loaded with the first subscription', kilobytes(code))
  const parts = {
    'of which @trpc/client, batches': use('createTRPCClient, httpBatchLink, TRPCClientError', '@trpc/client'),
    'and with subscriptions': use(
      'createTRPCClient, httpBatchLink, TRPCClientError, httpSubscriptionLink',
      '@trpc/client',
    ),
    superjson: `import superjson from 'superjson'; globalThis.used = superjson`,
  }
  for (const [name, program] of Object.entries(parts)) report(`  ${name}`, kilobytes((await bundle(program)).first))

  const entries = ['@osa/sdk', '@osa/sdk/node', '@osa/sdk/testing']
  const [bare = 1, ...times] = await leastCpu(['', ...entries.map((entry) => `import '${entry}'`)])
  report('a Node that imports nothing', `${Math.round(bare)} ms of CPU`)
  for (const [index, time] of times.entries()) {
    report(`import ${entries[index]}`, `${Math.round(time - bare)} ms more, ${(time / bare).toFixed(2)} × that Node`)
  }
}

if (import.meta.main) await measureSdk((name, value) => process.stdout.write(`${name.padEnd(46)} ${value}\n`))
