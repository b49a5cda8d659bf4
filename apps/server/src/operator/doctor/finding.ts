/** What the doctor looks at, in the order of its lines. Each has one always: one that could not be looked at says why. */
export const checks = [
  'settings',
  'database',
  'migrations',
  'clock',
  'keys',
  'disk',
  'sign-in',
  'tls',
  'address',
  'proxy',
] as const
export type Check = (typeof checks)[number]

/** What the doctor says of one thing. */
export interface Finding {
  readonly check: Check
  /** `fix`: people are kept from something. `note`: worth knowing. `skipped`: could not be looked at from here. */
  readonly status: 'ok' | 'note' | 'fix' | 'skipped'
  readonly found: string
  /** What to do about it. */
  readonly todo?: string
}

export const ok = (check: Check, found: string): Finding => ({ check, status: 'ok', found })
export const note = (check: Check, found: string, todo: string): Finding => ({ check, status: 'note', found, todo })
export const fix = (check: Check, found: string, todo: string): Finding => ({ check, status: 'fix', found, todo })
export const skipped = (check: Check, why: string): Finding => ({
  check,
  status: 'skipped',
  found: `not checked: ${why}`,
})
