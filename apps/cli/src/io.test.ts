import { expect, test } from 'vitest'
import { createIo, type Io } from './io.ts'

/** An Io on a terminal of this width, or on a file (null), and the text that was written. */
function ioFor(columns: number | null): { io: Io; said: () => string } {
  let said = ''
  const stream = { isTTY: columns !== null, columns, write: (text: string) => (said += text) }
  const look = { isUnicode: true, hasColour: false, hasLinks: false }
  const io = createIo({
    stdin: () => process.stdin,
    stdout: stream as unknown as NodeJS.WriteStream,
    stderr: stream as unknown as NodeJS.WriteStream,
    look,
    resultLook: look,
    isJson: false,
    isQuiet: false,
    isInteractive: false,
    isLive: false,
  })
  return { io, said: () => said }
}

const text = 'Credentials will be saved in /home/ada/.config/osa/credentials.json (only you can read it)'

test('on a terminal lines wrap at words, and a long word stays whole', () => {
  const { io, said } = ioFor(40)
  io.say(text)
  io.warn('Lost contact with the archive; still trying')
  expect(said()).toBe(
    '   Credentials will be saved in\n   /home/ada/.config/osa/credentials.json\n   (only you can read it)\n' +
      ' ⚠ Lost contact with the archive; still\n   trying\n',
  )
})

test('in a file a line does not wrap', () => {
  const { io, said } = ioFor(null)
  io.say(text)
  expect(said()).toBe(`   ${text}\n`)
})

test('an address goes below its label if the terminal is too narrow for both', () => {
  const { io, said } = ioFor(40)
  io.point('Open:       ', 'https://archive.example.org/device', 'address')
  io.point('Your code:  ', 'BCDF-GHJK')
  expect(said()).toBe('   Open:\n   https://archive.example.org/device\n   Your code:  BCDF-GHJK\n')
})
