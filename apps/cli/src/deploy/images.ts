/** Which images a deploy builds, and the conventions with them pinned. */
import { existsSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, parse, relative, resolve, sep } from 'node:path'
import {
  type Build,
  type Convention,
  type Issue,
  issuePath,
  type PinnedConvention,
  type Release,
} from '@osa/sdk/deploy'
import { OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import type { AuthoredConventions } from './read-conventions.ts'

/** One image to build; several hooks may share it. */
export interface Image {
  /** The hook or ingester that named it first. */
  readonly name: string
  /** Without registry and tag. */
  readonly image: string
  readonly context: string
  readonly dockerfile: string
}

type Container = NonNullable<Convention['ingester']> | Convention['hooks'][number]

function imageOf(container: Container, build: Build, folder: string): Image {
  const context = resolve(folder, build.context)
  const dockerfile = build.dockerfile ? resolve(folder, build.dockerfile) : join(context, 'Dockerfile')
  return { name: container.name, image: build.image ?? container.name, context, dockerfile }
}

const containersOf = (convention: Convention): { container: Container; path: string }[] => [
  ...convention.hooks.map((container, index) => ({ container, path: `hooks.${index}` })),
  ...(convention.ingester ? [{ container: convention.ingester, path: 'ingester' }] : []),
]

async function isKind(path: string, kind: 'isFile' | 'isDirectory'): Promise<boolean> {
  try {
    return (await stat(path))[kind]()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

/** Where build contexts may be. */
export interface ContextPlace {
  /** They are this folder or below it. */
  readonly root: string
  /** Whether a person has said so for this run; otherwise it is where the conventions' file happens to lie. */
  readonly isNamed: boolean
  readonly home: string
}

/**
 * What a file of conventions says goes to a container tool and from there into a public image, and the file may be anybody's: it reaches no
 * further than its own folder, unless `--context-root` names another. Throws `usage`.
 */
export function contextPlace({ cwd, env, flags }: CommandContext, folder: string): ContextPlace {
  const typed = flags.value('context-root')
  const home = env.HOME || env.USERPROFILE || '/'
  if (typed === null) return { root: folder, isNamed: false, home }
  if (existsSync(`${resolve(cwd, typed)}/.`)) return { root: resolve(cwd, typed), isNamed: true, home }
  throw new OsaError('usage', `There is no folder ${typed}`, { hint: 'Check --context-root' })
}

/** Links are followed first: one in the folder may lead anywhere. */
async function isWithin(root: string, path: string): Promise<boolean> {
  const way = relative(await realpath(root), await realpath(path))
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

async function isHome(path: string, home: string): Promise<boolean> {
  const real = await realpath(path)
  return real === parse(real).root || (existsSync(home) && real === (await realpath(home)))
}

async function placeIssues({ context, dockerfile }: Image, place: ContextPlace, path: string): Promise<Issue[]> {
  const issues: Issue[] = []
  const outside = `lies outside of ${place.root}: move it there, or run osa deploy --context-root <dir>`
  if (!(await isWithin(place.root, context))) issues.push({ path: `${path}.context`, message: `${context} ${outside}` })
  else if (!place.isNamed && (await isHome(context, place.home))) {
    const message = `${context} is your whole home folder or disk: name a folder in it`
    issues.push({ path: `${path}.context`, message })
  }
  const isFile = await isKind(dockerfile, 'isFile')
  if (!isFile) issues.push({ path: `${path}.dockerfile`, message: `there is no file ${dockerfile}` })
  else if (!(await isWithin(place.root, dockerfile))) {
    issues.push({ path: `${path}.dockerfile`, message: `${dockerfile} ${outside}` })
  }
  return issues
}

async function issuesOf(
  image: Image,
  planned: readonly Image[],
  { path, place }: { path: string; place: ContextPlace },
): Promise<Issue[]> {
  if (!(await isKind(image.context, 'isDirectory'))) {
    return [{ path: `${path}.build.context`, message: `there is no folder ${image.context}` }]
  }
  const issues = await placeIssues(image, place, `${path}.build`)
  const other = planned.find((one) => one.image === image.image)
  if (other && (other.context !== image.context || other.dockerfile !== image.dockerfile)) {
    const message = `write another image name: ${image.image} is built from ${other.context} already`
    issues.push({ path: `${path}.build.image`, message })
  }
  return issues
}

/** The images to build, each once, or what their definitions lack on this disk. */
export async function planImages(
  authored: AuthoredConventions,
  place: ContextPlace,
): Promise<{ images: Image[] } | { issues: Issue[] }> {
  const images: Image[] = []
  const issues: Issue[] = []
  const { conventions, folder } = authored
  for (const [index, convention] of conventions.entries()) {
    for (const { container, path } of containersOf(convention)) {
      if (!container.build) continue
      const image = imageOf(container, container.build, folder)
      issues.push(...(await issuesOf(image, images, { path: issuePath(path, index, conventions.length), place })))
      if (!images.some((one) => one.image === image.image)) images.push(image)
    }
  }
  return issues.length > 0 ? { issues } : { images }
}

function pin<C extends Container>(container: C, releases: ReadonlyMap<string, Release>) {
  const { build, release, ...rest } = container
  const pinned = build ? releases.get(build.image ?? container.name) : release
  // the schema asks for one of the two, and every image that is named was built
  if (!pinned) throw new Error(`no release for ${container.name}`)
  return { ...rest, release: pinned }
}

/** The conventions as they are sent: a release in place of each build. `releases` is by image name. */
export const pinImages = (
  conventions: readonly Convention[],
  releases: ReadonlyMap<string, Release>,
): PinnedConvention[] =>
  conventions.map(({ hooks, ingester, ...rest }) => ({
    ...rest,
    hooks: hooks.map((hook) => pin(hook, releases)),
    ...(ingester ? { ingester: pin(ingester, releases) } : {}),
  }))
