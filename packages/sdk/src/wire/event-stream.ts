/** The text of a `text/event-stream` (HTML Standard §9.2), read as it comes. Ids and retry times are of no use here and left out. */

export interface StreamEvent {
  /** Empty for an event without a name, which is the usual one. */
  readonly name: string
  readonly data: string
}

/** Makes the reader of one stream: pieces of text in, whole events out. */
export const createEventReader = (): ((text: string) => StreamEvent[]) => {
  let rest = ''
  let name = ''
  let data: string[] = []

  const takeLine = (line: string): StreamEvent | null => {
    if (line === '') {
      const event = data.length > 0 ? { name, data: data.join('\n') } : null
      name = ''
      data = []
      return event
    }
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (field === 'event') name = value
    if (field === 'data') data.push(value)
    return null
  }

  return (text) => {
    // a carriage return at the end may be the first half of a line end
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    return lines.map(takeLine).filter((event) => event !== null)
  }
}
