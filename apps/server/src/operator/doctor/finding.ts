/** The checks of the doctor, in the order of its output. Every check has a line; a skipped one says why. */
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

/** The result of one check. */
export interface Finding {
  readonly check: Check
  /** `fix`: something does not work. `note`: worth knowing. `skipped`: cannot be checked from here. */
  readonly status: 'ok' | 'note' | 'fix' | 'skipped'
  readonly found: string
  /** What the operator should do. */
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
