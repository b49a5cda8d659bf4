/** A program for tests: saves a login, and kills itself right before or after one call of the keychain. Its argument is a `KilledSave` as JSON. */
import { systemClock } from '../clock.ts'
import { openCredentialStore } from '../credentials/credential-store.ts'
import type { Credential } from '../credentials/credentials-file.ts'
import type { StorageTarget } from '../keychain/choose-storage.ts'
import type { KeychainBackend } from '../keychain/keychain.ts'
import { openSystemKeychain } from '../keychain/system-keychain.ts'

export interface KilledSave {
  dir: string
  server: string
  credential: Credential
  target: StorageTarget
  /** When to kill itself. With `none`, it runs to the end. */
  killed: 'none' | `${'before' | 'after'} ${'setPassword' | 'getPassword' | 'deletePassword'}`
}

const plan = JSON.parse(process.argv[2] ?? '') as KilledSave
const real = openSystemKeychain({ env: process.env, platform: 'linux' })

function dieIf(moment: string): void {
  if (plan.killed === moment) process.kill(process.pid, 'SIGKILL')
}

const mortal = new Proxy(real, {
  get(target, name: keyof KeychainBackend) {
    const verb = target[name]
    if (typeof verb !== 'function') return verb
    return async (...given: unknown[]) => {
      dieIf(`before ${name}`)
      const answer = await (verb as (...args: unknown[]) => Promise<unknown>)(...given)
      dieIf(`after ${name}`)
      return answer
    }
  },
})

const store = openCredentialStore({ dir: plan.dir, clock: systemClock, keychain: mortal })
await (await store.reserve(plan.server, plan.target)).commit(plan.credential)
