/** The one line that is redrawn in place while something takes its time. Whatever else is said meanwhile goes above it. */
import { type Look, spinnerFrames } from './marks.ts'

const redrawMs = 250
const clearLine = '\r\u001b[K'
/** What a live line needs beside its text. */
export const marginColumns = 4
/** Where the output tells no width: a page's. */
const pageColumns = 120

export interface LiveLine {
  /** Draws `render()` four times a second until stopped. What was drawn before comes back then. */
  start(render: () => string): { stop(): void }
  /** Takes the line away before something is written; the next redraw brings it back below. */
  clear(): void
  /** Keeps the line away while a person is asked something: it would be drawn over the question. */
  away<T>(work: () => Promise<T>): Promise<T>
}

export function createLiveLine(options: {
  output: NodeJS.WriteStream
  look: Look
  clean: (text: string) => string
}): LiveLine {
  const { output, look, clean } = options
  const frames = spinnerFrames(look)
  let frame = 0
  let render: (() => string) | null = null
  let isAway = false

  const draw = (): void => {
    if (!render || isAway) return
    // A line that wraps cannot be cleared: it would fill the screen, four times a second.
    const room = Math.max(0, (output.columns || pageColumns) - marginColumns)
    output.write(`${clearLine} ${frames[frame++ % frames.length]} ${clean(render()).slice(0, room)}`)
  }
  const clear = (): void => {
    if (render && !isAway) output.write(clearLine)
  }
  return {
    clear,
    start(next) {
      const before = render
      render = next
      draw()
      const timer = setInterval(() => render === next && draw(), redrawMs)
      return {
        stop() {
          clearInterval(timer)
          if (render !== next) return
          clear()
          render = before
        },
      }
    },
    async away(work) {
      clear()
      isAway = true
      try {
        return await work()
      } finally {
        isAway = false
      }
    },
  }
}
