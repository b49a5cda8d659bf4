/** Entry of the bundle's second program, which alone talks to the system's keychain: a process that can be killed when that hangs. */
import '@osa/sdk/keychain-helper'
