/**
 * Stands in for `engine/runtime/node` where tests that were written for Node run in a browser: the same names, the engine for
 * browsers behind them.
 */
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { webEngine } from '../../../src/engine/runtime/web/index.ts'

let engine: Promise<Engine> | undefined

/** The engine for browsers, one for all tests of a page. */
export function nodeEngine(): Promise<Engine> {
  // The development server of the tests has every file at its path.
  engine ??= webEngine({ assets: '/node_modules/onnxruntime-web/dist/', device: 'cpu' })
  return engine
}
