/** Loads a person's configuration file without letting it write into osa's output. */

/** Whether a warning of Node is about how it loaded the file, which does not concern the person. */
function isAboutLoading(warning: string | Error, more: unknown[]): boolean {
  const said = [warning instanceof Error ? warning.message : warning, ...more.map((one) => JSON.stringify(one) ?? '')]
  return said.some((text) => text.includes('MODULE_TYPELESS_PACKAGE_JSON') || text.includes('Type Stripping'))
}

/**
 * Runs `load`. Meanwhile its output on stdout goes to stderr, because stdout is for data, and Node's warnings about loading the file are
 * dropped. `onUnfinished` is called if the process ends before `load` does, because the code exits or awaits a promise that never settles.
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
