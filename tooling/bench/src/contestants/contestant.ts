/** What the bench needs to know about a server: how to start it, how to call it, and how to approve a code directly in its database. */

/** One POST. */
export interface Call {
  readonly path: string
  readonly type: 'application/x-www-form-urlencoded' | 'application/json'
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Contestant {
  readonly name: string
  /** The program's path from the repository's root. Its environment has `DATABASE_URL` and `settings`. */
  readonly program: string
  readonly settings?: Readonly<Record<string, string>>
  /** How to create its tables: run the program with the argument `prepare`, or start and stop it once; `none` if it has no tables. */
  readonly tables: 'prepare' | 'start' | 'none'
  /** SQL that creates the person who approves codes. */
  readonly seed?: string
  /** SQL that restores what the server removed when it detected that a code or token was sent twice. */
  readonly restore?: string
  /** SQL to run before each slice of measurement. */
  readonly tidy?: string
  /** More SQL to run before each slice that measures starts. */
  readonly tidyStarts?: string
  readonly start: () => Call
  readonly poll: (deviceCode: string) => Call
  /** Approves one pending code, as one UPDATE. */
  readonly approval: { readonly text: string; readonly values: (deviceCode: string) => unknown[] }
  /** Null if the server has no refresh tokens. */
  readonly refresh: ((refreshToken: string) => Call) | null
}

export const formCall = (path: string, fields: Readonly<Record<string, string>>): Call => ({
  path,
  type: 'application/x-www-form-urlencoded',
  body: new URLSearchParams(fields).toString(),
})

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
