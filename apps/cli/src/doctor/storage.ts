/** Checks the places where logins are stored: whether they can be read and written, and by whom. Changes nothing. */
import { constants, existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { chooseStorage, lookAround } from '@osa/sdk/internal'
import { OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { inspectConfigDir } from '../status/problems.ts'
import { attempt } from '../status/surroundings.ts'
import { storageWish } from '../storage.ts'
import { type Finding, oddity, ok, problem, warning } from './finding.ts'

/** Tests the keychain if a login is or would be stored there: writes a random entry, reads it back and deletes it. */
export async function keychainFinding(context: CommandContext): Promise<Finding> {
  const { env, isCi, keychain } = context
  const surroundings = lookAround(env, { platform: process.platform, isCi })
  const saved = await attempt(() => context.store().list())
  const isUsed = (saved.value ?? []).some(({ storage }) => storage === 'keychain')
  const tried = await attempt(() =>
    chooseStorage(isUsed ? 'keychain' : storageWish(context), { keychain, surroundings }),
  )
  const inFile = 'Start or unlock it, or store logins in a file: osa login --storage file'
  if (tried.error) return problem('keychain', tried.error, inFile)
  const { target, reason, hasFailed } = tried.value
  if (target.kind === 'keychain') return ok('keychain', `the ${keychain.label} can be read and written`)
  if (hasFailed) return warning('keychain', `the ${keychain.label} does not work: ${reason}`, inFile)
  return ok('keychain', reason ? `not used here: ${reason}` : 'not used: the settings say that logins go into a file')
}

/** Checks whether a missing folder could be created. Returns the error, or null. */
async function creationError(dir: string): Promise<OsaError | null> {
  let parent = dirname(dir)
  while (!existsSync(parent)) parent = dirname(parent)
  return await access(parent, constants.W_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) =>
      new OsaError('store_unwritable', `${dir} can't be created (${error.code})`, {
        hint: 'Check the folder, or set OSA_CONFIG_DIR to one you can write to',
      }),
  )
}

/** Reads the file and reserves room for a login, as `osa login` does before it sends anything, then gives the room up again. */
export async function loginsFindings(context: CommandContext): Promise<Finding[]> {
  // Must come first: reading the file corrects its mode.
  const { dir, problems } = inspectConfigDir(context)
  const [first] = problems
  if (dir === null) {
    const { message, hint } = first ?? { message: 'There is no folder for logins' }
    return [problem('logins', new OsaError('store_unwritable', message, { hint }))]
  }
  const odd = problems.map((one) => oddity('logins', one))
  const path = context.store().path
  if (!existsSync(dir)) {
    const error = await creationError(dir)
    return [...odd, error ? problem('logins', error) : ok('logins', `none yet; osa login will create ${path}`)]
  }
  const { error } = await attempt(async () => {
    await context.store().list()
    await (await context.store().reserve('https://archive.invalid', { kind: 'file' })).abandon()
  })
  if (error) return [...odd, problem('logins', error)]
  return odd.length > 0 ? odd : [ok('logins', `only you can read and write ${path}`)]
}
