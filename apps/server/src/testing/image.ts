/** Builds the image of the Dockerfile without a container engine: its files as a folder, and the command that starts it. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { bundleDirectory, isFresh } from '../bundle.ts'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const dockerfile = fileURLToPath(new URL('../../Dockerfile', import.meta.url))

export interface Instruction {
  readonly name: string
  readonly text: string
}

/** The instructions of the Dockerfile in order; it has no line continuations. */
export const readDockerfile = (): Instruction[] =>
  readFileSync(dockerfile, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', text = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? []
      return { name, text }
    })

export interface Image {
  /** The folder that is `/app` in the image. */
  readonly app: string
  readonly env: Readonly<Record<string, string>>
  readonly user: { readonly uid: number; readonly gid: number }
  readonly command: readonly string[]
  readonly healthcheck: readonly string[]
}

/**
 * Fills `app` like the stages of the Dockerfile: copies the files that .dockerignore allows and runs the npm command of the first stage. Uses the
 * bundle of this checkout, which is the same as that of the second stage, made from the same sources and packages.
 */
export function buildImage(app: string): Image {
  const instructions = readDockerfile()
  const starts = instructions.flatMap(({ name }, at) => (name === 'FROM' ? [at] : []))
  const [first = [], second = [], last = []] = starts.map((start, at) => instructions.slice(start + 1, starts[at + 1]))
  const install = the(first, 'RUN')
  const copied = (stage: readonly Instruction[]) => stage.flatMap(({ name, text }) => (name === 'COPY' ? [text] : []))
  const expected = [
    ...['. .', '. .', '--from=installed /app .'],
    '--from=bundled /app/apps/server/dist/bundle apps/server/dist/bundle',
  ]
  const makes = `${install.replace('--omit=dev ', '')} && node apps/server/scripts/bundle.ts`
  if (!isDeepStrictEqual([first, second, last].flatMap(copied), expected) || the(second, 'RUN') !== makes)
    throw new Error('The Dockerfile has instructions that buildImage does not know.')
  for (const file of buildContext()) {
    mkdirSync(dirname(join(app, file)), { recursive: true })
    cpSync(join(repository, file), join(app, file))
  }
  // the packages were downloaded when the checkout was installed
  const env = { ...process.env, NODE_ENV: 'development', npm_config_prefer_offline: 'true' }
  execFileSync('/bin/sh', ['-c', install], { cwd: app, env, stdio: 'pipe' })
  if (!isFresh(bundleDirectory)) throw new Error('The bundle is older than its sources: npm run build')
  cpSync(bundleDirectory, join(app, 'apps/server/dist/bundle'), { recursive: true })
  const [uid = 0, gid = 0] = the(last, 'USER').split(':').map(Number)
  const settings = the(last, 'ENV').split(' ')
  return {
    app,
    env: Object.fromEntries(settings.map((setting) => setting.split('=') as [string, string])),
    user: { uid, gid },
    command: JSON.parse(the(last, 'CMD')),
    healthcheck: JSON.parse(the(last, 'HEALTHCHECK').replace(/^.*? CMD /, '')),
  }
}

/** The text of the last instruction with that name. */
function the(instructions: readonly Instruction[], wanted: string): string {
  const texts = instructions.filter(({ name }) => name === wanted).map(({ text }) => text)
  const text = texts.at(-1)
  if (text === undefined) throw new Error(`The Dockerfile has no ${wanted}.`)
  return text
}

/** The files of the repository that .dockerignore allows in a build. */
export const buildContext = (): string[] => filesBelow('').filter((file) => !isIgnored(file))

/** Whether .dockerignore excludes a file. The last pattern that matches it or a folder above it decides. */
export function isIgnored(file: string): boolean {
  const paths = file.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))
  const matches = (pattern: string) => pattern === '**' || paths.some((path) => matchesGlob(path, pattern))
  return ignorePatterns.findLast((pattern) => matches(pattern.replace(/^!/, '')))?.startsWith('!') === false
}

const ignorePatterns = readFileSync(join(repository, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

/** Folders that .dockerignore excludes anyway and that are slow to search. */
const skippedFolders = ['node_modules', '.git', '.turbo', 'dist']

const filesBelow = (folder: string): string[] =>
  readdirSync(join(repository, folder), { withFileTypes: true })
    .filter(({ name }) => !skippedFolders.includes(name))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : join(folder, entry.name)))
