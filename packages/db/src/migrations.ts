/** The migrations in the order they run, with the names from migration-names.ts. Loaded only if one has not run. */
import { MigrationSignIn } from './migrations/migration-2026-11-23-sign-in.ts'
import { MigrationSwitches } from './migrations/migration-2026-11-23-switches.ts'
import { MigrationConventions } from './migrations/migration-2026-11-24-conventions.ts'
import { MigrationEnds } from './migrations/migration-2026-11-24-ends.ts'
import { MigrationAttempts } from './migrations/migration-2026-11-28-attempts.ts'
import { MigrationCalls } from './migrations/migration-2026-11-28-calls.ts'
import { MigrationGenerations } from './migrations/migration-2026-11-28-generations.ts'
import { MigrationSameComputer } from './migrations/migration-2026-11-28-same-computer.ts'
import { MigrationSessionsSeen } from './migrations/migration-2026-11-28-sessions-seen.ts'
import { MigrationSources } from './migrations/migration-2026-11-28-sources.ts'
import { MigrationTakenSignIns } from './migrations/migration-2026-11-28-taken-sign-ins.ts'
import { MigrationTurnsOfSessions } from './migrations/migration-2026-11-28-turns-of-sessions.ts'

export const migrations = [
  { name: '2026-11-23-sign-in', class: MigrationSignIn },
  { name: '2026-11-23-switches', class: MigrationSwitches },
  { name: '2026-11-24-conventions', class: MigrationConventions },
  { name: '2026-11-24-ends', class: MigrationEnds },
  { name: '2026-11-28-sources', class: MigrationSources },
  { name: '2026-11-28-taken-sign-ins', class: MigrationTakenSignIns },
  { name: '2026-11-28-turns-of-sessions', class: MigrationTurnsOfSessions },
  { name: '2026-11-28-generations', class: MigrationGenerations },
  { name: '2026-11-28-same-computer', class: MigrationSameComputer },
  { name: '2026-11-28-attempts', class: MigrationAttempts },
  { name: '2026-11-28-sessions-seen', class: MigrationSessionsSeen },
  { name: '2026-11-28-calls', class: MigrationCalls },
]
