/// <reference lib="esnext.disposable" preserve="true" />
/** The bare network of a model, evaluated on tensors by name: what a server of inferences answers with. */
import { sizeOf } from '../engine/graph/index.ts'
import { inputsOf } from '../engine/graph/traverse.ts'
import type { ValueInfo } from '../engine/onnx/proto/model.ts'
import type { Signature } from '../engine/onnx/proto/signature.ts'
import { checkTensors } from '../engine/runtime/check.ts'
import { portionIn } from '../engine/runtime/portions.ts'
import type { Engine, RunOptions, SessionOptions, TensorData, Tensors } from '../engine/runtime/session.ts'
import { TweedieError } from '../errors.ts'
import { requireKnown } from './condition-feeds.ts'
import { keep } from './kept.ts'
import { networkGraph, type NetworkWeights, samplingPortion } from './network-graph.ts'
import { networkProgram } from './network-program.ts'

/** A network, compiled for each number of items that it is asked for. */
export interface NetworkEvaluator extends Disposable {
  /** What goes in and out: `x` `[batch, ...]`, `t` `[batch]` in the network's units, conditions; `output`. The batch is free. */
  readonly signature: Signature
  /**
   * Evaluates it. Items are computed alone, so those of several callers may stand in one batch; its size changes the last bits.
   *
   * @throws TweedieError `shape` for tensors that do not fit, `usage` for a class or a token that is not there
   */
  evaluate(inputs: Tensors, options?: RunOptions): Promise<Record<string, TensorData>>
  dispose(): void
}

/** How many sizes of batches stay compiled, each with the weights built in. */
const most = 4

/** Makes it; nothing is compiled before the first evaluation. */
export function networkEvaluator(
  model: NetworkWeights,
  engine: Engine,
  session: Pick<SessionOptions, 'device' | 'threads'> = {},
): NetworkEvaluator {
  const { network } = model
  const signature = signatureOf(model)
  const kept = keep('the network', most)
  const dispose = (): void => kept.dispose()
  return {
    signature,
    async evaluate(inputs, { signal } = {}) {
      const items = inputs['x']?.shape[0] ?? 0
      const shape = [items, ...network.outputShape]
      const output: TensorData = { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) }
      checkTensors(signature, inputs, { output })
      if (items === 0) throw new TweedieError('shape', 'there are no items: the batch of `x` is 0')
      requireValues(model, inputs)
      using holder = kept.hold()
      const portion = samplingPortion(model, items)
      if (items % portion !== 0) {
        throw new TweedieError('shape', `${items} items: this network takes a multiple of ${portion}`)
      }
      const make = () => networkProgram(model, portion, engine, session)
      const program = await holder.get(String(portion), make, signal)
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, { data }]) => [name, data as Float32Array | Int32Array]),
      )
      const results = { output: output.data as Float32Array }
      for (let i = 0; i < items / portion; i++) {
        await program.run(portionIn(program, feeds, i), portionIn(program, results, i), signal ? { signal } : {})
      }
      return { output }
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

/** The inputs that the graph uses. */
function signatureOf(model: NetworkWeights): Signature {
  const { output, weights } = networkGraph(model, model.network.items ?? 1)
  const free = (name: string, dtype: ValueInfo['dtype'], shape: readonly number[]): readonly [string, ValueInfo] => [
    name,
    { name, dtype, shape: ['batch', ...shape.slice(1)] },
  ]
  const fed = [...inputsOf([output])].filter(([name]) => !weights.has(name))
  return {
    inputs: new Map(fed.map(([name, { dtype, shape }]) => free(name, dtype, shape))),
    outputs: new Map([free('output', output.dtype, output.shape)]),
  }
}

/** Refuses classes and tokens that are not there: an engine would read behind a table. */
function requireValues({ network }: NetworkWeights, inputs: Tensors): void {
  for (const [name, spec] of Object.entries(network.conditions)) {
    if (inputs[name]) requireKnown(name, spec, inputs[name].data as Float32Array | Int32Array)
  }
  const states = network.categories?.states
  if (states === undefined) return
  const strange = (inputs['x']!.data as Int32Array).find((token) => token < 0 || token >= states)
  if (strange === undefined) return
  throw new TweedieError('usage', `x: token ${strange}: the network knows the tokens 0 … ${states - 1}`)
}
