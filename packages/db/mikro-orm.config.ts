/** Configuration for MikroORM's own commands: the options that a node uses, and those for migrations. */
import { migratorOptions } from './src/migrator-options.ts'
import { ormOptions } from './src/orm-options.ts'

export default { ...ormOptions, ...migratorOptions }
