/** What the bench has to know of a server: how it is started, how it is called, and how a code is approved behind its back. */

/** One POST. */
export interface Call {
  readonly path: string
  readonly type: 'application/x-www-form-urlencoded' | 'application/json'
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Contestant {
  readonly name: string
  /** The program, from the repository's root; its environment gets `DATABASE_URL` beside `settings`. */
  readonly program: string
  readonly settings?: Readonly<Record<string, string>>
  /** How its tables are made: the program run with the argument `prepare`, or started and stopped once; or it has none. */
  readonly tables: 'prepare' | 'start' | 'none'
  /** Makes the person who approves. */
  readonly seed?: string
  /** Brings back what a server removed because it noticed that a code or token was sent twice. */
  readonly restore?: string
  /** Run before each slice of measurement, which it is no part of. */
  readonly tidy?: string
  /** Run beside that before starts are measured. */
  readonly tidyStarts?: string
  readonly start: () => Call
  readonly poll: (deviceCode: string) => Call
  /** Approves one pending code, as one UPDATE. */
  readonly approval: { readonly text: string; readonly values: (deviceCode: string) => unknown[] }
  /** Null where there are no refresh tokens. */
  readonly refresh: ((refreshToken: string) => Call) | null
}

export const formCall = (path: string, fields: Readonly<Record<string, string>>): Call => ({
  path,
  type: 'application/x-www-form-urlencoded',
  body: new URLSearchParams(fields).toString(),
})

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
