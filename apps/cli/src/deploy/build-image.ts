/** Builds and pushes an image, and finds out its digest in the registry. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Release } from '@osa/sdk/deploy'
import { isOsaError, OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { prepareContext } from './build-context.ts'
import { type ContainerTool, runTool, type ToolRun } from './container-tool.ts'
import { contentsText, ignoreRules, readContext } from './context-contents.ts'
import type { Image } from './images.ts'
import { digestAmong, digestInOutput, transportArgs } from './registry.ts'

/** The characters of an image's id to use as its tag: enough to tell builds apart. The digest pins the image. */
const tagLength = 12

/** The tools that an image is built with. */
export interface BuildTools {
  readonly context: CommandContext
  readonly tool: ContainerTool
  readonly registry: string
}

interface BuildJob {
  readonly image: Image
  readonly repository: string
  /** A temporary folder for the log and other small files of this image. */
  readonly folder: string
  readonly log: string
  run(doing: string, args: readonly string[]): Promise<ToolRun>
}

interface Failure {
  /** The step that failed: `Building`. */
  readonly doing: string
  /** What went wrong: `docker build exited with 1`. */
  readonly what: string
  readonly lastLines: readonly string[]
}

/** Returns the error of a failed step. A tool that printed nothing has no log to name. */
function failure(job: Pick<BuildJob, 'image' | 'log'>, { doing, what, lastLines }: Failure): OsaError {
  const isDenied = /denied|unauthorized|authentication required|no basic auth/i.test(lastLines.join('\n'))
  const isSilent = lastLines.length === 0
  return new OsaError(
    'build_failed',
    `${doing} ${job.image.name} failed (${what}${isSilent ? ', and printed nothing' : ''})`,
    {
      ...(isSilent ? {} : { path: job.log }),
      details: isSilent ? [] : [...lastLines, `Full output: ${job.log}`],
      hint: isDenied ? 'Sign in to the registry with your container tool, and check --registry' : undefined,
    },
  )
}

async function openJob(tools: BuildTools, image: Image): Promise<BuildJob> {
  const { context, tool, registry } = tools
  const { env, signal, io, flags } = context
  const folder = await mkdtemp(join(tmpdir(), 'osa-deploy-'))
  const log = join(folder, `${image.name}.log`)
  const onLine = flags.isSet('verbose') ? (line: string) => io.say(line) : undefined
  return {
    image,
    folder,
    log,
    repository: `${registry}/${image.image}`,
    async run(doing, args) {
      const run = await runTool(tool.command, args, { env, signal, log, ...(onLine ? { onLine } : {}) })
      if (run.code === 0) return run
      throw failure(
        { image, log },
        { doing, what: `${tool.command} ${args[0]} ${run.ending}`, lastLines: run.lastLines },
      )
    },
  }
}

/** Runs `work` with a job. Removes its folder afterwards, unless an error names the log in it. */
async function withJob<T>(tools: BuildTools, image: Image, work: (job: BuildJob) => Promise<T>): Promise<T> {
  const job = await openJob(tools, image)
  let keeps = false
  try {
    return await work(job)
  } catch (error) {
    keeps = isOsaError(error, 'build_failed') && error.path === job.log
    throw error
  } finally {
    if (!keeps) await rm(job.folder, { recursive: true, force: true })
  }
}

const namesShown = 5
const fewOf = (names: readonly string[]): string =>
  names.length > namesShown
    ? `${names.slice(0, namesShown).join(', ')} and ${names.length - namesShown} more`
    : names.join(' and ')

/** Prints what an image is built from, and warns about secrets that the ignore file lets through. */
export async function announceContext({ context, tool }: BuildTools, image: Image): Promise<void> {
  const { io, cwd } = context
  const rules = await ignoreRules(image, tool)
  const contents = await readContext(image.context, rules)
  io.say(`${image.name} is built from ${relative(cwd, image.context) || '.'} (${contentsText(contents)})`)
  if (contents.secretive.length === 0) return
  io.warn(`${rules.path} lets ${fewOf(contents.secretive)} into the image`)
}

/** Returns the text of a file that the tool should have written; null if it did not. */
async function written(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function build({ tool }: BuildTools, job: BuildJob): Promise<string> {
  await using source = await prepareContext(job.image, await ignoreRules(job.image, tool))
  const idFile = join(job.folder, 'id')
  const file = ['--iidfile', idFile, '--file', source.dockerfile]
  const { lastLines } = await job.run('Building', ['build', '--platform', 'linux/amd64', ...file, source.path])
  const id = await written(idFile)
  if (id && /^(sha256:)?[0-9a-f]{12,64}$/.test(id)) return id
  throw failure(job, { doing: 'Building', what: `${tool.command} build reported no image`, lastLines })
}

const tagOf = (imageId: string): string => imageId.replace(/^sha256:/, '').slice(0, tagLength)

const inspect = async (job: BuildJob, reference: string, format: string): Promise<string> =>
  (await job.run('Looking up', ['image', 'inspect', '--format', format, reference])).stdout.trim()

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Output that is not JSON has no digest.
    return null
  }
}

/** Returns the registry's digest of a local image, from the tool's records; null if they have none. */
async function knownDigest({ tool }: BuildTools, job: BuildJob, reference: string): Promise<string | null> {
  const digests = jsonOrNull(await inspect(job, reference, '{{json .RepoDigests}}'))
  const local = tool.kind === 'podman' ? await inspect(job, reference, '{{.Digest}}') : null
  return digestAmong(digests, job.repository, local)
}

async function pushedDigest(tools: BuildTools, job: BuildJob, reference: string): Promise<string> {
  const { tool, registry } = tools
  const digestFile = join(job.folder, 'digest')
  const asFile = tool.kind === 'podman' ? ['--digestfile', digestFile] : []
  const { stdout, lastLines } = await job.run('Pushing', [
    'push',
    ...transportArgs(tool, registry),
    ...asFile,
    reference,
  ])
  const digest =
    tool.kind === 'podman'
      ? await written(digestFile)
      : (digestInOutput(stdout) ?? (await knownDigest(tools, job, reference)))
  if (digest && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest
  throw failure(job, { doing: 'Pushing', what: `${tool.command} reported no digest for ${reference}`, lastLines })
}

/**
 * Builds an image for linux/amd64 and pushes it under two tags: one made from the image's id, so that the same image has the same name in
 * each deploy, and `latest`, which `--skip-build` looks up. Throws `build_failed` with the last lines of the tool's output and the path of
 * its log.
 */
export const buildImage = (tools: BuildTools, image: Image): Promise<Release> =>
  withJob(tools, image, async (job) => {
    const id = await build(tools, job)
    const reference = `${job.repository}:${tagOf(id)}`
    const latest = `${job.repository}:latest`
    await job.run('Tagging', ['tag', id, reference])
    const digest = await pushedDigest(tools, job, reference)
    await job.run('Tagging', ['tag', id, latest])
    await job.run('Pushing', ['push', ...transportArgs(tools.tool, tools.registry), latest])
    return { image: reference, digest }
  })

const isAbsent = (error: unknown): error is OsaError =>
  error instanceof OsaError && error.details.some((line) => /manifest unknown|not found|no such image/i.test(line))

/** Looks up the image that was pushed last, for `--skip-build`. Throws `build_failed` if the registry has none. */
export const findPushedImage = (tools: BuildTools, image: Image): Promise<Release> =>
  withJob(tools, image, async (job) => {
    const latest = `${job.repository}:latest`
    try {
      const plain = transportArgs(tools.tool, tools.registry)
      const { stdout, lastLines } = await job.run('Fetching', ['pull', ...plain, '--platform', 'linux/amd64', latest])
      const digest = digestInOutput(stdout) ?? (await knownDigest(tools, job, latest))
      if (!digest) {
        const what = `${tools.tool.command} reported no digest for ${latest}`
        throw failure(job, { doing: 'Fetching', what, lastLines })
      }
      return { image: `${job.repository}:${tagOf(await inspect(job, latest, '{{.Id}}'))}`, digest }
    } catch (error) {
      if (!isAbsent(error)) throw error
      throw new OsaError('build_failed', `${latest} is not in the registry`, {
        details: error.details.slice(-1),
        path: job.log,
        hint: 'Run osa deploy without --skip-build first',
        cause: error,
      })
    }
  })
