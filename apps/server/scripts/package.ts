/**
 * Writes the npm package of the node into a folder: one program, joined with all its dependencies except PGlite, since Node.js does not run
 * TypeScript below `node_modules`. Prints the folders of the joined packages as a JSON array.
 *
 * There is no template of the embedded database in it: that would save about four seconds of the first start, but would add 4.7 MB to a
 * tarball of 0.8 MB, and no two builds of a template have the same bytes.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join as joinPath, relative } from 'node:path'
import { repository } from '../src/bundle.ts'
import { join } from './join.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined || (existsSync(folder) && readdirSync(folder).length > 0)) {
  throw new Error('Name an empty folder.')
}
mkdirSync(folder, { recursive: true })
const readJson = (file: string) => JSON.parse(readFileSync(joinPath(repository, file), 'utf8'))

const modules = await join({
  input: { 'osa-server': `${repository}apps/server/bin/osa-server.js` },
  dir: joinPath(folder, 'dist'),
  // addresses are relative to the package as they are to the repository
  addressOf: (id) => `../${relative(repository, id)}`,
})
const packageFolder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/
const joined = [...new Set(modules.flatMap((id) => packageFolder.exec(id)?.[0] ?? []))].toSorted()

const manifest = readJson('apps/server/package.json')
const pglite = readJson('packages/db/package.json').devDependencies['@electric-sql/pglite']
const packed = {
  name: manifest.name,
  version: manifest.version,
  description: manifest.description,
  license: readJson('package.json').license,
  type: 'module',
  engines: { node: '>=22.18' },
  bin: { 'osa-server': 'dist/osa-server.js' },
  files: ['dist'],
  dependencies: { '@electric-sql/pglite': pglite },
}
writeFileSync(joinPath(folder, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`)
copyFileSync(joinPath(repository, 'LICENSE'), joinPath(folder, 'LICENSE'))
copyFileSync(joinPath(repository, 'apps/server/README.md'), joinPath(folder, 'README.md'))
process.stdout.write(`${JSON.stringify(joined.map((path) => relative(repository, path)))}\n`)
