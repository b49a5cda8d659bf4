/** The version of this package, for the `User-Agent` of programs; browsers send their own name. */
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version
