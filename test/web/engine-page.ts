/** What a page does in the tests of the engine for browsers. */
import { webEngine } from '../../src/engine/runtime/web/index.ts'
import type { WebEngineOptions } from '../../src/engine/runtime/web/index.ts'
import { trainAndDraw } from './training.ts'

const inPage = {
  async facts(options: WebEngineOptions) {
    using engine = await webEngine(options)
    const { device, access, threads, isolated, why } = engine
    return { device, access, threads, isolated, why }
  },
  async trained(options: WebEngineOptions, ...[what, steps]: [what: 'moons' | 'glyphs', steps: number]) {
    using engine = await webEngine(options)
    return trainAndDraw(engine, what, steps)
  },
}

/** The functions of the page. */
export type InPage = typeof inPage

Object.assign(globalThis, { inPage })
