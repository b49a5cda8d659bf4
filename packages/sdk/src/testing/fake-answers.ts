/** Answers that a test dictates to a scripted node, by route. */
import type { Route } from './fake-routes.ts'

/** An answer that a test dictates, byte for byte. */
export interface RawAnswer {
  status: number
  headers?: Record<string, string>
  body: string | Uint8Array
}

export class DictatedAnswers {
  readonly #next = new Map<Route, RawAnswer[]>()
  readonly #standing = new Map<Route, RawAnswer>()

  /** The next answers of a route; with `always` the first one, until the next call. */
  dictate(route: Route, answers: readonly RawAnswer[], { always = false }: { always?: boolean }): void {
    if (always && answers[0]) this.#standing.set(route, answers[0])
    else this.#next.set(route, [...answers])
  }

  /** What is to be answered at the closest of these routes; undefined when nothing was dictated. */
  next(at: readonly Route[]): RawAnswer | undefined {
    for (const route of at) {
      const answer = this.#next.get(route)?.shift() ?? this.#standing.get(route)
      if (answer) return answer
    }
    return undefined
  }
}
