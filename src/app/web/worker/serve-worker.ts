/** A worker that answers a page, with the engine for browsers. */
import type { OwnParts } from '../../../families/family.ts'
import { webEngine, type WebEngineOptions } from '../../../engine/runtime/web/index.ts'
import type { Line } from './line.ts'
import type { EngineWish } from './protocol.ts'
import { serve } from './serve.ts'

/**
 * Answers a page. `tweedie/web/worker` calls it; a worker module of your own does so for parts of your own.
 *
 * @example
 * // my-worker.ts
 * import { serveWorker } from 'tweedie/web'
 * serveWorker(self, { own: { samplers: { mine } } })
 */
export function serveWorker(scope: Line, { own }: { readonly own?: OwnParts | undefined } = {}): void {
  serve(scope, {
    own,
    async engine(wish) {
      const engine = await webEngine(given(wish))
      const { name, device, threads, isolated, why } = engine
      return { engine, facts: { name, device, threads, isolated, why } }
    },
  })
}

/** The options that are set. */
function given(wish: EngineWish): WebEngineOptions {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))
}
