/** The drawings of a matrix, one after another; what was drawn before is kept. */
import { signal } from '@preact/signals'
import type { PlainDrawn } from '../../../app/web/worker/protocol.ts'
import type { RemoteModel } from '../../../app/web/worker/remote-model.ts'
import { saidOf } from '../../said.ts'
import { type Cell, type DrawSettings, mostCells, requestOf, rowsOf } from './settings.ts'

/** One drawing, or why there is none. */
export type Result = { readonly drawn: PlainDrawn; readonly seconds: number } | { readonly problem: string }

export type SweepState =
  | { readonly state: 'idle' }
  | { readonly state: 'drawing'; readonly done: number; readonly all: number; readonly cell: Cell }
  | { readonly state: 'stopped' }
  | { readonly state: 'done'; readonly all: number; readonly seconds: number }

/** The drawings of one model. */
export function sweepOf(model: RemoteModel) {
  const results = signal<ReadonlyMap<string, Result>>(new Map())
  const now = signal<SweepState>({ state: 'idle' })
  let controller: AbortController | undefined
  const keyOf = (cell: Cell, settings: DrawSettings): string => JSON.stringify(requestOf(cell, settings))
  const stop = (): void => {
    if (now.value.state === 'drawing') now.value = { state: 'stopped' }
    controller?.abort()
    controller = undefined
  }
  return {
    results,
    now,
    stop,
    resultOf: (cell: Cell, settings: DrawSettings): Result | undefined => results.value.get(keyOf(cell, settings)),
    /** Draws what is missing. A newer call takes the place of an older one. */
    async draw(settings: DrawSettings): Promise<void> {
      controller?.abort()
      const mine = new AbortController()
      controller = mine
      const cells = rowsOf(settings).flat().slice(0, mostCells)
      const missing = cells.filter((cell) => !results.value.has(keyOf(cell, settings)))
      const begun = performance.now()
      for (const cell of missing) {
        now.value = {
          state: 'drawing',
          done: cells.length - missing.length + missing.indexOf(cell),
          all: cells.length,
          cell,
        }
        const start = performance.now()
        let result: Result
        try {
          const drawn = await model.draw({ ...requestOf(cell, settings), signal: mine.signal })
          result = { drawn, seconds: (performance.now() - start) / 1000 }
        } catch (error) {
          if (mine.signal.aborted) return
          result = { problem: saidOf(error) }
        }
        if (mine.signal.aborted) return
        results.value = new Map(results.value).set(keyOf(cell, settings), result)
      }
      now.value = { state: 'done', all: cells.length, seconds: (performance.now() - begun) / 1000 }
    },
  }
}

export type Sweep = ReturnType<typeof sweepOf>
