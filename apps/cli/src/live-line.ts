/** The line that is redrawn in place while something takes time. Other output is written above it. */
import { type Look, spinnerFrames } from './marks.ts'

const redrawMs = 250
const clearLine = '\r\u001b[K'
/** The columns that a live line needs besides its text. */
export const marginColumns = 4
/** The width to assume for an output that reports none. */
const pageColumns = 120

export interface LiveLine {
  /** Draws `render()` four times a second until stopped. The line that was drawn before then returns. */
  start(render: () => string): { stop(): void }
  /** Removes the line before other output; the next redraw puts it below that output. */
  clear(): void
  /** Hides the line while a question is asked, so that it is not drawn over the question. */
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
