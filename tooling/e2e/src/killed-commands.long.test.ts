/** `OSA_TEST_KILLS` sets the number of kills. */
import { test } from 'vitest'
import { killCommands } from './killed-commands.ts'

const kills = Number(process.env.OSA_TEST_KILLS ?? 60)

test(`K18 K32 K35 of ${kills} kills of osa none ends a session, corrupts the file, or leaves a lock that delays the next command`, () =>
  killCommands(kills))
