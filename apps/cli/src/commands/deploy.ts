/** `osa deploy`: reads the conventions of this folder, builds their images and registers them. Checks everything local before it builds. */
import type { RegisteredConvention, Release } from '@osa/sdk/deploy'
import { isOsaError, type SignedInUser } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { checkRole } from '../deploy/allowed.ts'
import { announceContext, type BuildTools, buildImage, findPushedImage } from '../deploy/build-image.ts'
import { findContainerTool } from '../deploy/container-tool.ts'
import { askWhoDeploys, type DeployCredentials, resolveSigner } from '../deploy/deploy-credentials.ts'
import { showDryRun } from '../deploy/dry-run.ts'
import { contextPlace, type Image, pinImages, planImages } from '../deploy/images.ts'
import { issuesInFile } from '../deploy/issues.ts'
import { readConventions } from '../deploy/read-conventions.ts'
import { register } from '../deploy/registration.ts'
import { registryOf } from '../deploy/registry.ts'
import { chooseServer, type ResolvedServer, serverJson } from '../server-resolution.ts'
import { elapsedText } from '../time-text.ts'

/** Does one step while its name is shown with a spinner, then prints the result and how long it took. */
async function step<T>(
  { io }: CommandContext,
  name: string,
  work: () => Promise<T>,
  result: (value: T) => string,
): Promise<T> {
  const startedAt = performance.now()
  const elapsed = (): string => elapsedText(performance.now() - startedAt)
  const spinner = io.isLive ? io.spin(() => `${name}  ${elapsed()}`) : null
  try {
    const value = await work()
    spinner?.stop()
    io.ok(`${name}  ${result(value)}  ${elapsed()}`)
    return value
  } finally {
    spinner?.stop()
  }
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

async function read(context: CommandContext, server: ResolvedServer | null) {
  const authored = await readConventions(context, server)
  const plan = await planImages(authored, contextPlace(context, authored.folder))
  if ('issues' in plan) throw issuesInFile(plan.issues, authored.file)
  return { authored, images: plan.images }
}

function personLine(user: SignedInUser): string {
  const name = user.display_name ?? user.external_id
  return user.roles.length > 0 ? `${name} (${user.roles.join(', ')})` : name
}

async function makeReleases(
  context: CommandContext,
  images: readonly Image[],
  registry: string,
): Promise<Map<string, Release>> {
  const { io, env, signal, flags } = context
  const skipsBuild = flags.isSet('skip-build')
  const tool = await findContainerTool({ env, signal })
  const tools: BuildTools = { context, tool, registry }
  for (const image of skipsBuild ? [] : images) await announceContext(tools, image)
  io.phase(`${skipsBuild ? 'Looking up images' : 'Building images'} (${images.length})`)
  const releases = new Map<string, Release>()
  for (const image of images) {
    const make = (): Promise<Release> => (skipsBuild ? findPushedImage : buildImage)(tools, image)
    const release = await step(context, image.name, make, ({ digest }) => digest.slice(7, 19))
    releases.set(image.image, release)
  }
  return releases
}

function printRegistered(context: CommandContext, registered: readonly RegisteredConvention[], elapsed: string): void {
  for (const { title, schema_id, version, changed } of registered) {
    const change = changed ? (version > 1 ? `  version ${version}` : '') : '  unchanged'
    context.io.ok(`${title}  ${schema_id.id}@${schema_id.version}  ${elapsed}${change}`)
  }
}

function report(
  context: CommandContext,
  done: { server: ResolvedServer; signer: DeployCredentials; registered: RegisteredConvention[]; elapsedMs: number },
): void {
  const { server, signer, registered, elapsedMs } = done
  context.io.ok(`Deployed ${plural(registered.length, 'convention')}  ${elapsedText(elapsedMs)}`)
  if (!context.io.isJson) return
  context.io.json({
    v: 1,
    ok: true,
    server: serverJson(server),
    auth: { source: signer.source },
    conventions: registered.map(({ title, slug, schema_id, version, changed }) => ({
      title,
      slug,
      schema_id: `${schema_id.id}@${schema_id.version}`,
      version,
      changed,
    })),
    elapsed_ms: Math.round(elapsedMs),
    token_refreshed: signer.wasRenewed(),
  })
}

async function dryRun(context: CommandContext): Promise<void> {
  const server = await chooseServer(context, 'none').catch((error: unknown) => {
    if (isOsaError(error, 'no_server')) return null
    throw error
  })
  showDryRun(context, { server, ...(await read(context, server)) })
}

/**
 * Runs `osa deploy`. Throws `no_server`, `not_authenticated`, `usage`, `malformed_config`, `deploy_rejected` or `forbidden` before anything is
 * built.
 */
export async function deploy(context: CommandContext): Promise<void> {
  if (context.flags.isSet('dry-run')) return await dryRun(context)
  const { io } = context
  const startedAt = performance.now()
  const server = await chooseServer(context, 'none')
  const signer = await resolveSigner(context, server)
  io.say(`Deploying to ${server.url} (from ${server.source}, auth: ${signer.source})`)
  const { authored, images } = await read(context, server)
  const registry = images.length > 0 ? registryOf(context) : ''
  const user = await step(context, 'Verifying credentials', () => askWhoDeploys(context, server, signer), personLine)
  checkRole(user, server, signer)
  const releases = images.length > 0 ? await makeReleases(context, images, registry) : new Map<string, Release>()
  const conventions = pinImages(authored.conventions, releases)
  io.phase(`Registering conventions (${conventions.length})`)
  const registeringAt = performance.now()
  const registered = await register(context, { server, signer, user, conventions })
  printRegistered(context, registered, elapsedText(performance.now() - registeringAt))
  report(context, { server, signer, registered, elapsedMs: performance.now() - startedAt })
}
