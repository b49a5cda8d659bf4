/** The node's accent colour in light and dark mode, with sufficient contrast (WCAG 2.2, 1.4.3). */

/** The background colours of the pages, on which the accent is read. */
export const surfaces = {
  light: { paper: '#f4efe4', sheet: '#fffdf8', wash: '#f6efe2' },
  dark: { paper: '#161411', sheet: '#201d19', wash: '#2a251d' },
} as const

export interface Accent {
  /** `#rrggbb`, as the operator set it. */
  readonly light: string
  /** The same colour, lightened until it is readable on dark pages. */
  readonly dark: string
}

const minimumContrast = 4.5

type Rgb = readonly [red: number, green: number, blue: number]

function toRgb(colour: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[0-9a-f]{2}/gi) ?? []).map((part) => Number.parseInt(part, 16))
  return [red, green, blue]
}

const toHex = (colour: Rgb): string =>
  `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`

/** Relative luminance of sRGB (WCAG 2.2). */
function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Returns the contrast ratio of two colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(toRgb(one)), luminance(toRgb(other))].sort((a, b) => a - b)
  return (bright + 0.05) / (dim + 0.05)
}

const leastContrast = (colour: string, on: Readonly<Record<string, string>>): number =>
  Math.min(...Object.values(on).map((surface) => contrast(colour, surface)))

/** Moves `colour` towards black or white until it is readable on every background in `on`. */
function readableOn(colour: string, on: Readonly<Record<string, string>>, towards: 0 | 255): string {
  const start = toRgb(colour)
  for (let step = 0; step <= 100; step++) {
    const [red, green, blue] = start.map((part) => part + ((towards - part) * step) / 100) as [number, number, number]
    const moved = toHex([red, green, blue])
    if (leastContrast(moved, on) >= minimumContrast) return moved
  }
  return towards === 0 ? '#000000' : '#ffffff'
}

/** Returns whether a colour could be mistaken for that of the Deny button: red and not greyish. */
function isRed(colour: string): boolean {
  const [red, green, blue] = toRgb(colour)
  const span = Math.max(red, green, blue) - Math.min(red, green, blue)
  if (span < 40 || Math.max(red, green, blue) !== red) return false
  const hue = (60 * (green - blue)) / span
  return hue > -30 && hue < 25
}

/** Returns the accent for `#rrggbb`, or why the colour is refused, with one that would be accepted. */
export function checkAccent(colour: string): { accent: Accent } | { problem: string } {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return { problem: 'must be a colour as in #1d5c54' }
  if (isRed(colour))
    return { problem: 'must not be red: that is the colour of Deny, and Approve must not look like it' }
  const found = leastContrast(colour, surfaces.light)
  if (found < minimumContrast) {
    const nearest = readableOn(colour, surfaces.light, 0)
    return {
      problem: `is too pale to read on a page (its contrast is ${found.toFixed(1)}, at least 4.5 is needed); ${nearest} would do`,
    }
  }
  return { accent: { light: colour.toLowerCase(), dark: readableOn(colour, surfaces.dark, 255) } }
}
