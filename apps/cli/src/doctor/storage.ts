/** Where logins are kept on this computer: whether it can be read and written, and by whom. Nothing is changed. */
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

/** Tries the keychain where a login is in it, or would be put there: a random entry is written, read back and deleted. */
export async function keychainFinding(context: CommandContext): Promise<Finding> {
  const { env, isCi, keychain } = context
  const surroundings = lookAround(env, { platform: process.platform, isCi })
  const saved = await attempt(() => context.store().list())
  const isUsed = (saved.value ?? []).some(({ storage }) => storage === 'keychain')
  const tried = await attempt(() =>
    chooseStorage(isUsed ? 'keychain' : storageWish(context), { keychain, surroundings }),
  )
  const inFile = 'Unlock it, or keep logins in a file: osa login --storage file'
  if (tried.error) return problem('keychain', tried.error, inFile)
  const { target, reason, hasFailed } = tried.value
  if (target.kind === 'keychain') return ok('keychain', `the ${keychain.label} can be read and written`)
  if (hasFailed) return warning('keychain', `the ${keychain.label} does not work: ${reason}`, inFile)
  return ok('keychain', reason ? `not used here: ${reason}` : 'not used: logins are to be kept in a file')
}

/** Of a folder that is not there yet: whether it could be made. */
async function roomFor(dir: string): Promise<OsaError | null> {
  let parent = dirname(dir)
  while (!existsSync(parent)) parent = dirname(parent)
  return await access(parent, constants.W_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) =>
      new OsaError('store_unwritable', `${dir} can't be made (${error.code})`, {
        hint: 'Check the folder, or set OSA_CONFIG_DIR to one you can write to',
      }),
  )
}

/** Reads the file, and keeps room in it for a login, which is given up again: what `osa login` does before it sends anything. */
export async function loginsFindings(context: CommandContext): Promise<Finding[]> {
  // Before anything reads the file, which corrects its mode.
  const { dir, problems } = inspectConfigDir(context)
  const [first] = problems
  if (dir === null) {
    const { message, hint } = first ?? { message: 'There is no folder for logins' }
    return [problem('logins', new OsaError('store_unwritable', message, { hint }))]
  }
  const odd = problems.map((one) => oddity('logins', one))
  const path = context.store().path
  if (!existsSync(dir)) {
    const error = await roomFor(dir)
    return [...odd, error ? problem('logins', error) : ok('logins', `none yet; osa login makes ${path}`)]
  }
  const { error } = await attempt(async () => {
    await context.store().list()
    await (await context.store().reserve('https://archive.invalid', { kind: 'file' })).abandon()
  })
  if (error) return [...odd, problem('logins', error)]
  return odd.length > 0 ? odd : [ok('logins', `${path} can be read and written, by you alone`)]
}
