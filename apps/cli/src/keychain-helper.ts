/** Entry of the second program in the bundle. Only it uses the system's keychain, which may hang: this process can then be killed. */
import '@osa/sdk/keychain-helper'
