/** Returns the environment for npm: the caller's registry settings (certificates, proxy, mirror), without those of the current workspace. */
export function npmEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_.*prefix)/i.test(name))
  return Object.fromEntries(kept.map(([name, value = '']) => [name, value]))
}
