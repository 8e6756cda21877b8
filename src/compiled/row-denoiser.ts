/// <reference lib="esnext.disposable" preserve="true" />
/** A model of rows as a denoiser: its network compiled with the weights built in. */
import {
  cellsOf,
  encodeRows,
  fromRowPrediction,
  inputSize,
  type MixedDenoiser,
  type MixedProcess,
  networkTime,
  outputSize,
} from '../diffusion/mixed/index.ts'
import { bindPortions } from '../engine/runtime/portions.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { TweedieError } from '../errors.ts'
import type { ModelDenoiserOptions } from './denoiser.ts'
import { type NetworkWeights, samplingPortion } from './network-graph.ts'
import { networkProgram } from './network-program.ts'
import { turns } from './turns.ts'

/** The parts of a model of rows that make a denoiser. */
export interface RowNetwork extends NetworkWeights {
  readonly process: MixedProcess
}

/** A denoiser of rows that holds a compiled network. */
export interface RowDenoiser extends MixedDenoiser, Disposable {
  /** The largest number of rows it takes at a time. */
  readonly batch: number
  dispose(): void
}

/**
 * Compiles a model of rows for batches of at most so many. Calls that overlap take turns, as in `modelDenoiser`.
 *
 * @example
 * using denoiser = await rowDenoiser(model, engine, { batch: 256 })
 */
export async function rowDenoiser(
  model: RowNetwork,
  engine: Engine,
  { batch, portion, ...session }: Omit<ModelDenoiserOptions, 'ranges'>,
): Promise<RowDenoiser> {
  const { process } = model
  const each = portion ?? samplingPortion(model, batch)
  const program = await networkProgram(model, each, engine, session)
  const feeds = { x: new Float32Array(batch * inputSize(process)), t: new Float32Array(batch) }
  const result = new Float32Array(batch * outputSize(process))
  const bound = bindPortions(program, feeds, { output: result }, batch / each)
  const { take, close } = turns('the denoiser', () => {
    bound.dispose()
    program.dispose()
  })
  const denoiser = fromRowPrediction(process, async (rows, t, { signal } = {}) => {
    const items = rows.cells.length / cellsOf(process)
    if (items > batch) throw new TweedieError('shape', `${items} rows for a denoiser of ${batch}`)
    return take(async () => {
      encodeRows(process, rows, feeds.x)
      feeds.t.fill(networkTime * t)
      await bound.run(Math.ceil(items / each), signal ? { signal } : {})
      return result.slice(0, items * outputSize(process))
    }, signal)
  })
  return { ...denoiser, batch, dispose: close, [Symbol.dispose]: close }
}
