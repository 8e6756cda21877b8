/** The page's half of `bench/web.ts`. */
import { webEngine } from '../src/engine/runtime/web/index.ts'
import type { WebEngine, WebEngineOptions } from '../src/engine/runtime/web/index.ts'
import { type Running, start } from './web-cases.ts'

let engine: WebEngine | undefined
let running: Running | undefined

const inPage = {
  async start(name: string, options: WebEngineOptions): Promise<string> {
    running?.dispose()
    engine ??= await webEngine(options)
    running = await start(name, engine)
    return engine.why
  },
  steps: (count: number) => running!.steps(count),
}

/** The functions of the page. */
export type BenchPage = typeof inPage

Object.assign(globalThis, { inPage })
