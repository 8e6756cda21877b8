/// <reference lib="esnext.disposable" preserve="true" />
/** Warm generators: they keep compiled graphs, for every family. */
import { keep, type Kept } from '../compiled/kept.ts'
import type { SessionOptions } from '../engine/runtime/session.ts'

/** The options of a generator. */
export type WarmSession = { readonly [K in 'device' | 'threads' | 'profile']?: SessionOptions[K] | undefined }

/** A model that is ready to draw from, again and again. Draws may overlap. */
export interface Warm<Options, Drawn> extends Disposable {
  /** How many graphs were compiled so far. A draw in the shapes of an earlier one compiles none. */
  readonly compilations: number
  /**
   * Draws samples: the same as without kept graphs, bit for bit.
   *
   * @throws TweedieError `usage` for options that make no sense, before anything is compiled; `diverged`
   */
  draw(options: Options): Promise<Drawn>
  /** Frees what no draw uses now: the next one compiles again. For models that fill the memory. */
  release(): void
  /** Frees what was compiled, after the evaluations that are running. */
  dispose(): void
}

/** The compiled thing of a key, made if it does not exist; its signal is aborted when no call waits for it. */
export type Compiled = <T extends object>(key: string, make: (signal: AbortSignal) => Promise<T>) => Promise<T>

/** The graphs of one piece of work. */
export interface Work extends Disposable {
  readonly compiled: Compiled
}

/**
 * Begins a piece of work: its graphs are kept in the store, or without one released at the end.
 *
 * @param signal of this work alone
 */
export function workOn(kept: Kept | undefined, signal?: AbortSignal): Work {
  const own = kept ? undefined : keep('the work')
  const held = (kept ?? own!).hold()
  return {
    compiled: async (key, make) => held.get(key, make, signal),
    [Symbol.dispose]() {
      held[Symbol.dispose]()
      own?.dispose()
    },
  }
}

/**
 * Makes a generator from a function that draws and requests compiled graphs by key.
 *
 * @param draw its keys must contain everything that decides the graph
 */
export function warm<Options extends { readonly signal?: AbortSignal | undefined }, Drawn>(
  draw: (options: Options, compiled: Compiled) => Promise<Drawn>,
): Warm<Options, Drawn> {
  const kept = keep('the generator')
  const dispose = (): void => kept.dispose()
  return {
    get compilations() {
      return kept.made
    },
    async draw(options) {
      using work = workOn(kept, options.signal)
      return await draw(options, work.compiled)
    },
    release: () => kept.release(),
    dispose,
    [Symbol.dispose]: dispose,
  }
}
