/** Runs a user's configuration module. TypeScript is run by Node itself if it can, else by jiti. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OsaError } from '../errors.ts'
import { cleanText } from '../text.ts'

/** Loaded on demand: it is 2 MB, and only Node versions without type stripping (before 22.18) need it. */
async function loadJiti() {
  try {
    return await import('jiti')
  } catch (error) {
    throw new OsaError('malformed_config', `Node ${process.versions.node} can't run TypeScript by itself`, {
      hint: 'Use Node 22.18 or later, or npm install -D jiti',
      cause: error,
    })
  }
}

async function importWithJiti(path: string): Promise<unknown> {
  const { createJiti } = await loadJiti()
  return await createJiti(import.meta.url, { fsCache: false, interopDefault: false }).import(path)
}

async function importModule(path: string): Promise<unknown> {
  const isTypeScript = /\.[cm]?ts$/.test(path)
  if (isTypeScript && !process.features.typescript) return await importWithJiti(path)
  return await import(pathToFileURL(path).href)
}

/** Returns the file that an import without an extension means. Compilers add the extension, Node does not. */
function fileMeant(message: string): string | null {
  const [, named] = /^Cannot find module '([^']+)'/.exec(message) ?? []
  const extension = ['.ts', '.mts', '.js', '.mjs'].find((one) => named && existsSync(`${named}${one}`))
  return named && extension ? `${basename(named)}${extension}` : null
}

function hintFor(error: unknown, message: string): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  const isSdk = /['"]@osa\/sdk(\/|['"])/.test(message)
  if (isSdk && (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')) return 'npm install -D @osa/sdk'
  if (message.includes('@osa/sdk') && code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return 'npm install -D @osa/sdk@latest'
  const meant = code === 'ERR_MODULE_NOT_FOUND' ? fileMeant(message) : null
  if (meant) return `Write the extension in the import: ${meant}`
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return 'Node only strips the types from TypeScript: avoid enum, namespace and parameter properties'
  return 'Correct the file and try again'
}

/** Returns the position in a file from an error's stack, as in `osa.config.ts:12:5`; null if the stack does not name the file. */
function placeIn(error: unknown, path: string): string | null {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const spelling of [pathToFileURL(path).href, path]) {
    const start = stack.indexOf(`${spelling}:`)
    const place = start === -1 ? null : /^:(\d+)(:\d+)?/.exec(stack.slice(start + spelling.length))
    if (place) return `${path}${place[0]}`
  }
  return null
}

/** Returns the exports of a configuration module. If it throws, throws `malformed_config`, with the position in the file if known. */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  try {
    return { ...((await importModule(path)) as object) }
  } catch (error) {
    if (error instanceof OsaError) throw error
    const message = error instanceof Error ? error.message : String(error)
    const place = placeIn(error, path)
    throw new OsaError('malformed_config', `${path} can't be loaded: ${cleanText(message.split('\n')[0] ?? '', 300)}`, {
      path,
      details: place ? [`at ${place}`] : [],
      hint: hintFor(error, message),
      cause: error,
    })
  }
}
