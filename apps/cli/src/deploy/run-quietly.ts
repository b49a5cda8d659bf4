/** Runs a person's own configuration program so that it cannot disturb what osa prints. */

/** What Node says about how it read a file of ours, which the person did not ask. */
function isAboutLoading(warning: string | Error, more: unknown[]): boolean {
  const said = [warning instanceof Error ? warning.message : warning, ...more.map((one) => JSON.stringify(one) ?? '')]
  return said.some((text) => text.includes('MODULE_TYPELESS_PACKAGE_JSON') || text.includes('Type Stripping'))
}

/**
 * While `load` runs, what its code prints on stdout goes to stderr (stdout is data), and Node's remarks on the file are left out.
 * `onUnfinished` is called when the process ends meanwhile: the code has ended it, or awaits what never comes.
 */
export async function runQuietly<T>(load: () => Promise<T>, onUnfinished: () => void): Promise<T> {
  const { emitWarning } = process
  const write = process.stdout.write
  process.emitWarning = ((warning: string | Error, ...more: unknown[]) => {
    if (!isAboutLoading(warning, more)) Reflect.apply(emitWarning, process, [warning, ...more])
  }) as typeof emitWarning
  process.stdout.write = process.stderr.write.bind(process.stderr)
  const restore = (): void => {
    process.emitWarning = emitWarning
    process.stdout.write = write
    process.off('exit', onExit)
  }
  const onExit = (): void => {
    restore()
    onUnfinished()
  }
  process.once('exit', onExit)
  try {
    return await load()
  } finally {
    restore()
  }
}
