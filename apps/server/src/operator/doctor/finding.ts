/** What the doctor says of one thing. */
export interface Finding {
  readonly check: string
  /** `fix`: people are kept from something. `note`: worth knowing. `skipped`: could not be looked at from here. */
  readonly status: 'ok' | 'note' | 'fix' | 'skipped'
  readonly found: string
  /** What to do about it. */
  readonly todo?: string
}

export const ok = (check: string, found: string): Finding => ({ check, status: 'ok', found })
export const note = (check: string, found: string, todo: string): Finding => ({ check, status: 'note', found, todo })
export const fix = (check: string, found: string, todo: string): Finding => ({ check, status: 'fix', found, todo })
export const skipped = (check: string, found: string): Finding => ({ check, status: 'skipped', found })
