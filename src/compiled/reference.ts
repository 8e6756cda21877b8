/** Inputs and outputs of a network, to check another implementation against. */
import type { SafeTensorInput } from '../files/io/safetensors.ts'
import { fold, key, normal } from '../engine/random/index.ts'
import { compile } from '../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { type ConditionSpec, conditionShape } from '../engine/nn/condition-spec.ts'
import { exampleConditions } from './condition-feeds.ts'
import type { DenoisingModel } from './denoiser.ts'
import { networkGraph } from './network-graph.ts'

/** How many inputs. */
const batch = 4

/**
 * Inputs and the network's outputs: `x` and `output` float32, `t` and, for a model with classes, `class_labels` int64,
 * in the names and types of Python's diffusers; other conditions by their own names.
 */
export async function referenceOf(
  model: DenoisingModel,
  engine: Engine,
  options: Pick<SessionOptions, 'device' | 'threads'> & { readonly seed?: number } = {},
): Promise<Map<string, SafeTensorInput>> {
  const { seed = 0, ...session } = options
  const { x, output, weights } = networkGraph(model, batch)
  using program = await compile({ output }, engine, { ...session, constants: weights })
  const levels = model.schedule.table?.steps ?? 1000
  const t = Int32Array.from({ length: batch }, (_, i) => Math.round((i * (levels - 1)) / (batch - 1)))
  const conditions = exampleConditions(model.network, batch)
  const feeds = {
    x: normal(fold(key(seed), 'reference'), new Float32Array(x.shape.reduce((a, b) => a * b, 1))),
    t: Float32Array.from(t),
    ...conditions,
  }
  const result = await program.run(feeds)
  return new Map<string, SafeTensorInput>([
    ['x', { shape: x.shape, data: feeds.x }],
    ['t', { shape: [batch], data: BigInt64Array.from(t, BigInt) }],
    ...Object.entries(conditions).map(([name, data]) => stored(name, model.network.conditions[name]!, data)),
    ['output', { shape: output.shape, data: result.output as Float32Array }],
  ])
}

/** A condition as a tensor of the file: whole numbers as int64, the class by diffusers' name. */
function stored(name: string, spec: ConditionSpec, data: Float32Array | Int32Array): [string, SafeTensorInput] {
  const shape = [batch, ...conditionShape(spec)]
  const known = name === 'labels' ? 'class_labels' : name
  return [known, data instanceof Int32Array ? { shape, data: BigInt64Array.from(data, BigInt) } : { shape, data }]
}
