/**
 * The one worker that computes for all pages. It starts when a page first asks for it, so that reading needs none; the engine loads at
 * once then, while the page prepares.
 */
import { signal } from '@preact/signals'
import { connect, type Connection } from '../../app/web/worker/connect.ts'
import type { EngineFacts } from '../../app/web/worker/protocol.ts'
import { saidOf } from '../said.ts'

/** The folder of the runtime's files, relative to the page (`vite.lab.runtime.ts`). */
declare const RUNTIME_FOLDER: string

let connection: Connection | undefined

/** Counts up when the worker died: what lay in it (data, models) is gone, and is opened again where it is needed. */
export const lost = signal(0)

/** What computes, or why nothing does; undefined until it is known. */
export const engine = signal<EngineFacts | { readonly problem: string } | undefined>(undefined)

/** The worker, started. Every page shares it: models and data stay in it, and calls take turns. */
export function tweedie(): Connection {
  if (connection === undefined) {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'tweedie' })
    const mine = connect(worker, { engine: { assets: new URL(RUNTIME_FOLDER, document.baseURI).href } })
    connection = mine
    // A worker that died (the browser ran out of memory, a device was lost) answers nothing more: the next call begins with a new one.
    worker.addEventListener('error', () => {
      if (connection !== mine) return
      connection = undefined
      // What is left of it would hold on to its runs.
      mine.dispose()
      lost.value++
    })
    connection.engine().then(
      (facts) => (engine.value = facts),
      // Data are read without an engine; the next call that needs one tries again.
      (error: unknown) => (engine.value = { problem: saidOf(error) }),
    )
  }
  return connection
}
