/**
 * Preloaded into a node by tests (`NODE_OPTIONS=--import`): shifts its clock by the number of seconds in the file `SHIFTED_CLOCK_FILE`, which
 * is read again every few milliseconds. The node needs no code for it.
 */
import { readFileSync } from 'node:fs'

const file = process.env.SHIFTED_CLOCK_FILE
if (file === undefined) throw new Error('SHIFTED_CLOCK_FILE is missing')
const RealDate = Date
const rereadMs = 10
let [shiftMs, readAtMs] = [0, Number.NEGATIVE_INFINITY]

const now = (): number => {
  if (performance.now() - readAtMs > rereadMs) {
    readAtMs = performance.now()
    shiftMs = Number(readFileSync(file, 'utf8')) * 1000
  }
  return RealDate.now() + shiftMs
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
})
