/** For MikroORM's own commands: what it is told at a node, and where it migrates. */
import { migratorOptions } from './src/migrator-options.ts'
import { ormOptions } from './src/orm-options.ts'

export default { ...ormOptions, ...migratorOptions }
