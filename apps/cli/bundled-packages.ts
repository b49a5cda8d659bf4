/**
 * The packages whose code is in the command's bundle: the typed client, and eventsource for being told of an approval, among them. Any other
 * fails the build. A new name needs a reason.
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
