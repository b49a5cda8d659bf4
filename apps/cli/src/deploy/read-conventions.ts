/** Finds, reads and checks the conventions of a deploy. Only this file, and so only `osa deploy`, runs a person's configuration file. */
import { dirname, relative, resolve } from 'node:path'
import {
  type Convention,
  checkConventions,
  findConventionFile,
  type LoadedConventions,
  loadConventions,
  readConventionJson,
} from '@osa/sdk/deploy'
import { OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { reportFailure } from '../failure.ts'
import type { ResolvedServer } from '../server-resolution.ts'
import { issuesInFile } from './issues.ts'
import { runQuietly } from './run-quietly.ts'

export interface AuthoredConventions {
  readonly conventions: readonly Convention[]
  /** The path, relative to the current folder if it is below it. */
  readonly file: string
  /** The folder that paths in the file are relative to. */
  readonly folder: string
}

const maxManifestBytes = 64 * 1024 * 1024

function shortName(cwd: string, path: string): string {
  const short = relative(cwd, path)
  return short.startsWith('..') ? path : short
}

async function findFile(context: CommandContext, server: ResolvedServer | null): Promise<string> {
  const { cwd, io } = context
  const upTo = server?.linkFile ? dirname(dirname(server.linkFile)) : cwd
  const search = await findConventionFile({ cwd, upTo, uid: process.getuid?.() })
  for (const { path, why } of search.ignored) io.warn(`Ignoring ${path}: ${why}`)
  if (search.path) return search.path
  throw new OsaError('usage', 'There is no osa.config.ts here', {
    details: [`Looked in ${cwd}${upTo === cwd ? '' : ` and its parents up to ${upTo}`}`],
    hint: 'Run osa init, or name a file with --config or --manifest',
  })
}

async function load(context: CommandContext, server: ResolvedServer | null): Promise<LoadedConventions> {
  const { flags, cwd, io, signal } = context
  const [config, manifest] = [flags.value('config'), flags.value('manifest')]
  if (config !== null && manifest !== null) {
    throw new OsaError('usage', "--config and --manifest can't be used together", { hint: 'Use one of them' })
  }
  if (manifest === '-') {
    const text = await io.input({ signal, maxBytes: maxManifestBytes })
    return readConventionJson(text, { name: 'standard input', folder: cwd })
  }
  if (manifest !== null && !manifest.endsWith('.json')) {
    throw new OsaError('usage', '--manifest takes a .json file, or - for standard input', {
      hint: 'For a TypeScript or JavaScript file use --config',
    })
  }
  const named = manifest ?? config
  const path = named === null ? await findFile(context, server) : resolve(cwd, named)
  return await runQuietly(
    () => loadConventions(path),
    () => reportUnfinished(context, path),
  )
}

/** Reports that the process ends before the file has loaded, so that this does not look like a successful deploy. */
function reportUnfinished({ io, env, signal }: CommandContext, path: string): void {
  if (signal.aborted) return
  const error = new OsaError('malformed_config', `${path} never finished loading`, {
    path,
    hint: 'It must not exit the process, or await a promise that never settles',
  })
  process.exitCode = reportFailure(io, error, { env, isEventStream: false })
}

/** Reads and checks all conventions. Throws `usage`, `malformed_config`, and `deploy_rejected` with every issue in all of them. */
export async function readConventions(
  context: CommandContext,
  server: ResolvedServer | null,
): Promise<AuthoredConventions> {
  const { name, folder, values } = await load(context, server)
  const file = shortName(context.cwd, name)
  const checked = checkConventions(values)
  if ('issues' in checked) throw issuesInFile(checked.issues, file)
  return { conventions: checked.conventions, file, folder }
}
