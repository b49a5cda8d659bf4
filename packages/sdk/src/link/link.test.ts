import { execFileSync } from 'node:child_process'
import { chmod, lstat, mkdir, readFile, rmdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeTemporaryDir } from '../testing/index.ts'
import { findLink, searchText } from './find-link.ts'
import { linkPath, statOrNull } from './link-file.ts'
import { readLink } from './read-link.ts'
import { removeLink, writeLink } from './write-link.ts'

const server = 'https://archive.example'
const linkText = JSON.stringify({ server })
const uid = process.getuid?.()
const now = () => Date.parse('2026-11-23T06:45:00Z')

/** Creates a home folder with a project in it. `text` is the content of the project's link file. */
async function setUp(text?: string) {
  const temporary = await makeTemporaryDir()
  const home = temporary.path
  const project = join(home, 'project')
  const file = join(project, '.osa', 'config.json')
  await mkdir(join(project, '.osa'), { recursive: true })
  if (text !== undefined) await writeFile(file, text)
  return { home, project, file, [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose]() }
}

describe('finding', () => {
  test('a link is found from folders below it', async () => {
    await using at = await setUp(linkText)
    const cwd = join(at.project, 'a', 'b')
    await mkdir(cwd, { recursive: true })
    const { link } = await findLink({ cwd, home: at.home, uid })
    expect(link).toEqual({ path: at.file, folder: at.project })
  })

  test('K28 the search ends at the root of the repository', async () => {
    await using at = await setUp(linkText)
    const repository = join(at.project, 'repository')
    await mkdir(join(repository, '.git'), { recursive: true })
    await mkdir(join(repository, 'sub'))
    const search = await findLink({ cwd: join(repository, 'sub'), home: at.home, uid })
    expect(search).toMatchObject({ link: null, searchedUpTo: repository, isRepositoryRoot: true })
  })

  test('K28 a link in the home folder counts only there', async () => {
    await using at = await setUp()
    await mkdir(join(at.home, '.osa'))
    await writeFile(join(at.home, '.osa', 'config.json'), linkText)
    expect((await findLink({ cwd: join(at.project, '.osa'), home: at.home, uid })).link).toBeNull()
    expect((await findLink({ cwd: at.home, home: at.home, uid })).link?.folder).toBe(at.home)
  })

  test('K28 a link of another user in a parent folder is ignored with a notice', async () => {
    await using at = await setUp(linkText)
    const cwd = join(at.project, 'sub')
    await mkdir(cwd)
    const stranger = 1 + Math.max(uid ?? 0, (await lstat(at.file)).uid)
    const search = await findLink({ cwd, home: at.home, uid: stranger })
    const mine = await findLink({ cwd, home: at.home, uid })
    // Files of root are trusted, so a run as root tests write permission instead.
    if (uid === 0) {
      await chmod(at.project, 0o777)
      const open = await findLink({ cwd, home: at.home, uid })
      expect(open).toMatchObject({ link: null, ignored: [{ path: at.file, why: 'others can write to it' }] })
    } else {
      expect(search).toMatchObject({ link: null, ignored: [{ path: at.file, why: 'it belongs to another user' }] })
    }
    expect(mine.link?.path).toBe(at.file)
  })

  test('a file without `server` is not a link, so the search continues above it', async () => {
    await using at = await setUp(linkText)
    const cwd = join(at.project, 'sub')
    await mkdir(join(cwd, '.osa'), { recursive: true })
    await writeFile(linkPath(cwd), '{"other": 1}')
    expect((await findLink({ cwd, home: at.home, uid })).link).toEqual({ path: at.file, folder: at.project })
    await writeFile(linkPath(cwd), '{ broken')
    expect((await findLink({ cwd, home: at.home, uid })).link?.folder).toBe(cwd)
  })

  test('the search text names the folder, and its parents only if they were searched', async () => {
    await using at = await setUp()
    const inProject = await findLink({ cwd: at.project, home: at.home, uid })
    expect(searchText(inProject)).toBe(`Looked for .osa/config.json in ${at.project}`)
    await mkdir(join(at.project, '.git'))
    const fromBelow = await findLink({ cwd: join(at.project, '.osa'), home: at.home, uid })
    expect(searchText(fromBelow)).toBe(
      `Looked for .osa/config.json in ${at.project}/.osa and its parents up to ${at.project} (git root)`,
    )
  })
})

describe('reading', () => {
  test('K26 only `server` is read', async () => {
    await using at = await setUp(JSON.stringify({ server, token: 'x', hooks: ['rm -rf'], __proto__: {} }))
    expect(await readLink(at.project)).toBe(server)
  })

  test.each([
    ['{\n  "server": }', 'is not valid JSON (line 2, column 13: unexpected "}")'],
    ['[]', 'is not a JSON object'],
    ['{"server": 7}', 'is not a link: "server" is missing or not a URL'],
    ['{"server": ""}', 'is not a link: "server" is missing or not a URL'],
    ['{"server": "archive.example"}', 'is not a link: "server" is missing or not a URL'],
    ['{"server": "https://u:p@archive.example"}', 'is not a link: "server" is missing or not a URL'],
    ['{"server": "file:///etc/passwd"}', 'is not a link: "server" is missing or not a URL'],
  ])('K27 %s is malformed', async (text, why) => {
    await using at = await setUp(text)
    await expect(readLink(at.project)).rejects.toMatchObject({ code: 'malformed_config', message: `${at.file} ${why}` })
  })

  test('K01 a link to plain http is refused', async () => {
    await using at = await setUp('{"server": "http://archive.example"}')
    await expect(readLink(at.project)).rejects.toMatchObject({ code: 'insecure_http' })
  })

  test('a file without `server` is not a link, and not an error', async () => {
    await using at = await setUp('{"other": 1}')
    expect(await readLink(at.project)).toBeNull()
  })

  test('K27 symbolic links, pipes and huge files from a repository are not opened', async () => {
    await using at = await setUp()
    await symlink('/etc/passwd', at.file)
    await expect(readLink(at.project)).rejects.toMatchObject({ code: 'malformed_config' })
    await using pipe = await setUp()
    execFileSync('mkfifo', [pipe.file])
    await expect(readLink(pipe.project)).rejects.toMatchObject({ code: 'malformed_config' })
    await using giant = await setUp(`{"server": "${server}", "x": "${'x'.repeat(100_000)}"}`)
    await expect(readLink(giant.project)).rejects.toMatchObject({ code: 'malformed_config' })
  })
})

describe('writing', () => {
  test('other keys, their order and the indentation are kept', async () => {
    await using at = await setUp(`{\n    "first": 1,\n    "server": "https://old.example",\n    "last": [2]\n}\n`)
    await writeLink({ folder: at.project, server, now })
    expect(await readFile(at.file, 'utf8')).toBe(
      `{\n    "first": 1,\n    "server": "${server}",\n    "last": [\n        2\n    ]\n}\n`,
    )
  })

  test('with force, a broken file is replaced and a backup of it kept', async () => {
    await using at = await setUp('{ broken')
    await expect(writeLink({ folder: at.project, server, now })).rejects.toMatchObject({ code: 'malformed_config' })
    const { backup } = await writeLink({ folder: at.project, server, now, force: true })
    expect(backup).toBe(`${at.file}.bak-20261123T064500Z`)
    expect(await readFile(backup ?? '', 'utf8')).toBe('{ broken')
    expect(JSON.parse(await readFile(at.file, 'utf8'))).toEqual({ server })
  })

  test('a file named .osa is reported, and with force it is replaced and a backup of it kept', async () => {
    await using at = await setUp()
    const place = join(at.project, '.osa')
    await rmdir(place)
    await writeFile(place, 'mine')
    const refused = { code: 'malformed_config', message: `${place} is not a folder` }
    await expect(writeLink({ folder: at.project, server, now })).rejects.toMatchObject(refused)
    const { backup } = await writeLink({ folder: at.project, server, now, force: true })
    expect(await readFile(backup ?? '', 'utf8')).toBe('mine')
    expect(await readLink(at.project)).toBe(server)
  })

  test('K27 nothing is written through a symbolic link from a repository', async () => {
    await using at = await setUp()
    await using outside = await makeTemporaryDir()
    const victim = join(outside.path, 'config.json')
    await writeFile(victim, '{"mine": true}')
    await symlink(victim, at.file)
    await expect(writeLink({ folder: at.project, server, now })).rejects.toMatchObject({ code: 'malformed_config' })
    await writeLink({ folder: at.project, server, now, force: true })
    expect(await readFile(victim, 'utf8')).toBe('{"mine": true}')
    const folder = join(at.home, 'other')
    await mkdir(folder)
    await symlink(outside.path, join(folder, '.osa'))
    await expect(writeLink({ folder, server, now })).rejects.toMatchObject({ code: 'malformed_config' })
    expect(await readFile(victim, 'utf8')).toBe('{"mine": true}')
  })

  test('unlinking removes `server` and keeps the rest', async () => {
    await using at = await setUp(`{"server": "${server}", "other": 1}`)
    expect(await removeLink(at.project)).toBe(server)
    expect(JSON.parse(await readFile(at.file, 'utf8'))).toEqual({ other: 1 })
    expect(await removeLink(at.project)).toBeNull()
  })

  test('unlinking removes a file without other keys, and its folder if there are no other files in it', async () => {
    await using at = await setUp(linkText)
    await removeLink(at.project)
    expect(statOrNull(join(at.project, '.osa'))).toBeNull()
    await using kept = await setUp(linkText)
    await writeFile(join(kept.project, '.osa', 'notes'), 'mine')
    await removeLink(kept.project)
    expect(statOrNull(kept.file)).toBeNull()
    expect(await readFile(join(kept.project, '.osa', 'notes'), 'utf8')).toBe('mine')
  })
})
