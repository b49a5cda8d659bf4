/**
 * One PostgreSQL server for all tests of a run, with a migrated template database to copy. With this file as vitest's `globalSetup`, it
 * starts before the first test; otherwise the first test that needs it starts one for its worker.
 */
import { randomBytes } from 'node:crypto'
import { openDatabase } from '../open-database.ts'
import { type PostgresServer, runOn, startPostgres } from './postgres-server.ts'

/** The environment variable that tells workers the URL of the server that `setup` started. */
const variable = 'TEST_POSTGRES_URL'
const template = 'migrated'

async function startWithTemplate(): Promise<PostgresServer> {
  const server = await startPostgres()
  await runOn(server.url(), `create database ${template}`)
  const database = await openDatabase({ databaseUrl: server.url(template) })
  await database.close()
  return server
}

/** vitest's global setup. Starts the server unless another workspace of this run has, and returns the function that ends it. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[variable] !== undefined) return undefined
  const server = await startWithTemplate()
  process.env[variable] = server.url()
  return async () => server[Symbol.asyncDispose]()
}

let ownServer: Promise<PostgresServer> | undefined

async function serverUrl(): Promise<string> {
  const shared = process.env[variable]
  if (shared !== undefined) return shared
  ownServer ??= startWithTemplate()
  return (await ownServer).url()
}

/** Creates a database on the shared server, empty or already migrated, and returns its URL. It is removed with the server. */
export async function createSharedDatabase({ migrated }: { migrated: boolean }): Promise<string> {
  const admin = await serverUrl()
  const name = `test_${randomBytes(8).toString('hex')}`
  await runOn(admin, `create database ${name} template ${migrated ? template : 'template0'}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  return url.href
}
