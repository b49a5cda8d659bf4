/**
 * Compares the migrated tables with the entities. `check` prints the differences and fails if there are any. `create <name>` writes them
 * into a new migration; review it, make it safe for existing data, and add it to `migrations.ts`.
 *
 * Usage: node scripts/migration.ts check | create <name>
 */
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeEmbedded } from '../src/embedded-template.ts'

const [, , command, name] = process.argv

async function statements(): Promise<string[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'osa-migration-'))
  let sql = ''
  await makeEmbedded(folder.path, async (orm) => {
    sql = await orm.schema.getUpdateSchemaSQL({ wrap: false })
  })
  return sql.split('\n').filter((line) => line !== '')
}

function migration(day: string, called: string, lines: readonly string[]): string {
  const className = `Migration${called.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}`
  const list = lines.map((line) => `      ${JSON.stringify(line.replace(/;$/, ''))},`).join('\n')
  return `/** ${called.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase())} (generated from the entities on ${day}). */
import { Migration } from '@mikro-orm/migrations'

export class ${className} extends Migration {
  override up(): void {
    const statements = [
${list}
    ]
    for (const statement of statements) this.addSql(statement)
  }
}
`
}

const missing = await statements()
if (missing.length === 0) {
  console.log('The migrations match the entities.')
} else if (command === 'create' && name !== undefined && /^[a-z0-9-]+$/.test(name)) {
  const day = new Date().toISOString().slice(0, 10)
  const file = new URL(`../src/migrations/migration-${day}-${name}.ts`, import.meta.url)
  await writeFile(file, migration(day, name, missing), { flag: 'wx' })
  console.log(
    `${fileURLToPath(file)}\nReview it, then add it to src/migrations.ts and src/migration-names.ts as '${day}-${name}'.`,
  )
} else {
  console.log(`No migration makes these changes, which the entities describe:\n${missing.join('\n')}`)
  console.log('Write a migration with: npm run migration:create -- <name in lower-case letters and dashes>')
  process.exitCode = 1
}
