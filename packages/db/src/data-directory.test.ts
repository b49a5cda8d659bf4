/** The embedded database and its data directory, tested with real processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addDevice, atSecond } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { makeEmbedded, makeInPlace, templatePaths } from './embedded-template.ts'
import { ensureEmbedded } from './ensure-embedded.ts'
import { type Database, DataDirectoryInUse, openDatabase } from './index.ts'
import { openTestDatabase } from './testing/index.ts'

async function emptyDirectory() {
  const parent = await mkdtemp(join(tmpdir(), 'osa-data-'))
  return {
    path: join(parent, 'data'),
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  }
}

/** A program that opens the directory, stores a row, prints `open <id>` and waits to be killed; or prints `refused <error>`. */
const script = (dataDirectory: string): string => `
  const { openDatabase } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
  const { addDevice } = await import('@osa/core/testing')
  try {
    const database = await openDatabase({ dataDirectory: ${JSON.stringify(dataDirectory)} })
    const device = await addDevice(database.store)
    console.log('open ' + device.id)
    setInterval(() => undefined, 1_000)
  } catch (error) {
    console.log('refused ' + error.name)
  }`

function otherNode(dataDirectory: string): ChildProcess & { firstLine: Promise<string> } & Disposable {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script(dataDirectory)], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const firstLine = once(child.stdout, 'data').then(([chunk]) => String(chunk).trim())
  // a failing test must not leave the process running: it would keep the output of the test run open
  return Object.assign(child, { firstLine, [Symbol.dispose]: () => void child.kill('SIGKILL') })
}

test('a second process is refused with a clear message before it touches the files, and the first keeps working', async () => {
  await using directory = await emptyDirectory()
  const dataDirectory = directory.path
  const database = await openDatabase({ dataDirectory })
  using other = otherNode(dataDirectory)
  expect(await other.firstLine).toBe('refused DataDirectoryInUse')
  const again = openDatabase({ dataDirectory })
  await expect(again).rejects.toBeInstanceOf(DataDirectoryInUse)
  await expect(again).rejects.toThrow(/in use by another node.*OSA_DATA_DIR/)
  const device = await addDevice(database.store)
  expect(await database.store.findDeviceAuthorization(device.id)).toEqual(device)
  await database.close()
})

test('when a process is killed, its directory is free at once and its committed data is kept', async () => {
  await using directory = await emptyDirectory()
  using node = otherNode(directory.path)
  const [word, id = ''] = (await node.firstLine).split(' ')
  expect(word).toBe('open')
  await expect(openDatabase({ dataDirectory: directory.path })).rejects.toBeInstanceOf(DataDirectoryInUse)
  node.kill('SIGKILL')
  await once(node, 'exit')
  const database = await openDatabase({ dataDirectory: directory.path })
  expect(await database.store.findDeviceAuthorization(id)).toMatchObject({ id, status: 'pending' })
  await database.close()
})

test('I11 only the owner can read the directory and its database, and the data survives a restart', async () => {
  await using directory = await emptyDirectory()
  const dataDirectory = directory.path
  const first = await openDatabase({ dataDirectory })
  const device = await addDevice(first.store)
  await first.close()
  const paths = [dataDirectory, join(dataDirectory, 'pg'), join(dataDirectory, 'lock')]
  const modes = await Promise.all(paths.map((path) => stat(path)))
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o700, 0o700, 0o600])
  const second = await openDatabase({ dataDirectory })
  expect(await second.isReady()).toBe(true)
  const next = { ...device, lastPolledAt: atSecond(1) }
  expect(await second.store.movePolled({ read: device, next })).toBe(true)
  await second.close()
})

/** Returns the columns of all tables, as the database itself describes them. */
const columnsOf = async ({ orm }: Pick<Database, 'orm'>) =>
  orm.em.execute(
    `select table_name, column_name, data_type, column_default from information_schema.columns
     where table_schema = 'public' order by table_name, column_name`,
  )

test('a new database is a copy of the template, with the same tables as a migrated one', async () => {
  await using directory = await emptyDirectory()
  const [templates, copied] = [join(directory.path, 'templates'), join(directory.path, 'copied')]
  const template = templatePaths(templates).files
  await mkdir(template, { recursive: true })
  await makeEmbedded(template)
  await writeFile(join(template, 'copied-from-the-template'), '')
  await mkdir(copied)
  await makeInPlace(join(copied, 'pg'), templates)
  expect(await readdir(join(copied, 'pg'))).toContain('copied-from-the-template')
  const database = await openDatabase({ dataDirectory: copied })
  expect(await database.isReady()).toBe(true)
  await using other = await openTestDatabase('postgres')
  expect(await columnsOf(database)).toEqual(await columnsOf(other))
  await database.close()
})

test('a start that was killed while it created the database does not disturb the next start', async () => {
  await using directory = await emptyDirectory()
  const dataDir = join(directory.path, 'pg')
  await mkdir(dataDir, { recursive: true })
  await mkdir(`${dataDir}.unfinished`)
  await writeFile(join(`${dataDir}.unfinished`, 'PG_VERSION'), 'half')
  const database = await openDatabase({ dataDirectory: directory.path })
  expect(await database.isReady()).toBe(true)
  await database.close()
  expect((await readdir(directory.path)).toSorted()).toEqual(['lock', 'pg'])
})

test('an existing database is left unchanged', async () => {
  await using directory = await emptyDirectory()
  const dataDir = join(directory.path, 'pg')
  await mkdir(dataDir, { recursive: true })
  await writeFile(join(dataDir, 'existing'), 'data')
  await ensureEmbedded(dataDir)
  expect(await readdir(dataDir)).toEqual(['existing'])
})
