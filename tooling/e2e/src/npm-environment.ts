/** The caller's way to the registry (certificates, proxy, mirror), and nothing that says which workspace npm was called in. */
export function npmEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_.*prefix)/i.test(name))
  return Object.fromEntries(kept.map(([name, value = '']) => [name, value]))
}
