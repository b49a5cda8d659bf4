/**
 * The packages whose code may be in the command's bundle, such as the typed client and eventsource, which receives approvals. Any other
 * package fails the build. Add a name only for a good reason.
 */
export const bundledPackages = [
  '@balena/dockerignore',
  '@trpc/client',
  '@trpc/server',
  'cac',
  'eventsource',
  'eventsource-parser',
  'undici',
  'uqr',
  'zod',
]
