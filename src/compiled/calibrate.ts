/** The ranges of a network's convolutions, found by watching them while a few items are sampled: no data is needed. */
import { TweedieError } from '../errors.ts'
import { concat, neg, reduceMax, reshape, sizeOf, type Tensor } from '../engine/graph/index.ts'
import { simplify } from '../engine/graph/passes/index.ts'
import { topological } from '../engine/graph/traverse.ts'
import { findFusions } from '../engine/onnx/fuse.ts'
import type { ConvolutionRange, ConvolutionRanges } from '../engine/onnx/int8-convolution.ts'
import { compile } from '../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { estimateName, selfConditioned, takesEstimates } from '../diffusion/denoise/self-conditioned.ts'
import { dpmSolver } from '../diffusion/sample/dpm-solver.ts'
import { sample } from '../diffusion/sample/sample.ts'
import { requireInt8Device } from './arithmetic.ts'
import { exampleConditions } from './condition-feeds.ts'
import { denoiserOf, type DenoisingModel } from './denoiser.ts'
import type { DataScale } from '../files/data/dataset.ts'
import { networkGraph, samplingPortion } from './network-graph.ts'
import type { ModelNoise } from './noise.ts'
import { clippedAs } from './sampling.ts'
import { timesOf } from '../diffusion/sample/default-times.ts'

/** How to calibrate. */
export interface CalibrateOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** Items to sample; default 16. They take the classes, and "no class", in turn. */
  readonly items?: number | undefined
  /** Steps from noise to data; default 20. */
  readonly steps?: number | undefined
  /** Equal seeds give equal ranges; default 0. */
  readonly seed?: number | bigint | string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Samples a few items in single precision, and records the smallest and largest input and output of each convolution.
 * Those of one tap, the first and the last are left out: their values reach the prediction almost unchanged, and they
 * are a small part of the work. Keeping them in single precision halves the error.
 *
 * @throws TweedieError `usage` for a network without such convolutions, or another device than the processor
 * @example
 * const ranges = await calibrate(model, engine)
 * using denoiser = await modelDenoiser(model, engine, { batch: 16, ranges })
 */
export async function calibrate(
  model: DenoisingModel & Pick<ModelNoise, 'sampling'> & { readonly scale: Pick<DataScale, 'kind'> },
  engine: Engine,
  { items = 16, steps = 20, seed = 0, signal, ...session }: CalibrateOptions = {},
): Promise<ConvolutionRanges> {
  requireInt8Device(session.device)
  const portion = samplingPortion(model, items)
  const { output: unwatched, weights } = networkGraph(model, portion)
  const [output] = simplify([unwatched]) as [Tensor]
  const watched = innerConvolutions(output)
  if (watched.length === 0) throw withoutConvolutions()

  const extremes = concat(
    watched.flatMap(({ reads, gives }) => [...extremesOf(reads), ...extremesOf(gives)]),
    0,
  )
  const program = await compile({ output, extremes }, engine, { ...session, constants: weights })
  const seen = new Float32Array((items / portion) * 4 * watched.length)
  using denoiser = denoiserOf(model, program, items, { extremes: seen })
  const all = exampleConditions(model.network, items)
  const { [estimateName]: _estimate, ...asked } = all
  const recalls = takesEstimates(model.network)
  const conditions = recalls ? asked : all

  const largest = new Float32Array(4 * watched.length).fill(-Infinity)
  const problem = { sampler: dpmSolver(), times: timesOf(model.schedule, steps), batch: items, seed, conditions }
  const final = clippedAs(model, recalls ? selfConditioned(denoiser) : denoiser)
  for await (const _ of sample(final, { ...problem, ...(signal && { signal }) })) {
    for (const [i, value] of seen.entries()) {
      const at = i % largest.length
      largest[at] = Math.max(largest[at]!, value)
    }
  }
  return new Map(watched.map(({ weight }, i) => [weight, rangeOf(largest.subarray(4 * i, 4 * i + 4))]))
}

/** A convolution: the name of its weights, its input and output, and its bias. */
interface Watched {
  readonly weight: string
  readonly reads: Tensor
  readonly gives: Tensor
}

/** The convolutions between those that read what the network is given and the last whose kernels have more than one tap. */
function innerConvolutions(output: Tensor): Watched[] {
  const order = topological([output])
  const { biased } = findFusions(order, [output])
  const gives = new Map<Tensor, Tensor>(Array.from(biased, ([sum, { conv }]) => [conv, sum]))
  const behind = new Set<Tensor>()
  for (const each of order) {
    if (each.inputs.some((from) => from.op === 'conv' || behind.has(from))) behind.add(each)
  }
  return order
    .filter(({ op }) => op === 'conv')
    .slice(0, -1)
    .filter((conv) => behind.has(conv))
    .flatMap((conv) => {
      const [reads, kernel] = conv.inputs as [Tensor, Tensor]
      if (kernel.op !== 'input' || sizeOf(kernel.shape.slice(2)) === 1) return []
      return [{ weight: kernel.attributes.name, reads, gives: gives.get(conv) ?? conv }]
    })
}

/** The largest value of −x and of x, `[1]` each. */
function extremesOf(x: Tensor): Tensor[] {
  return [neg(x), x].map((each) => reshape(reduceMax(each), [1]))
}

function rangeOf([less, input, lower, output]: Iterable<number> & { readonly length: number }): ConvolutionRange {
  return { input: [-less!, input!], output: [-lower!, output!] }
}

function withoutConvolutions(): TweedieError {
  return new TweedieError('usage', 'int8 arithmetic is for networks with convolutions, and this one has none inside', {
    hint: 'leave `arithmetic` out',
  })
}
