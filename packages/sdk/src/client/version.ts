/** The version of this package, for the `User-Agent` header. Browsers send their own. */
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version
