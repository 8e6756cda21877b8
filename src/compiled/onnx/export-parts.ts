/**
 * Networks, text encoders and autoencoders as ONNX files with the names that Optimum and diffusers give them: `sample`, `timestep`,
 * `encoder_hidden_states` → `out_sample`; `input_ids` → `last_hidden_state`; `latent_sample` ↔ `sample`.
 */
import { input, type Tensor } from '../../engine/graph/index.ts'
import { concat } from '../../engine/graph/index.ts'
import { simplify } from '../../engine/graph/passes/index.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { encodeModel } from '../../engine/onnx/proto/encode.ts'
import { attribute, type ModelProto, type NodeProto, type TensorProto } from '../../engine/onnx/proto/model.ts'
import type { AutoencoderWeights } from '../autoencoder.ts'
import { type ExportOptions, graphModel, networkModel } from '../export-onnx.ts'
import type { NetworkWeights } from '../network-graph.ts'
import type { TextEncoderWeights } from '../text-encoder.ts'
import { networkKey } from './onnx-network.ts'

/** A file, and what lies beside it where it would be too large. */
export interface OnnxPartFiles {
  /** By name: `model.onnx`, and `model.onnx_data` with its weights if they are large. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** How to export: the batch is free unless said otherwise; weights above so many bytes lie in a file of their own. */
export interface PartExportOptions extends Pick<ExportOptions, 'batch' | 'weights' | 'metadata'> {
  /** Default 1 GiB: a file of ONNX may have 2 GiB. */
  readonly most?: number | undefined
}

/** The name of the file, and of that of its weights. */
export const onnxName = 'model.onnx'
const dataName = 'model.onnx_data'
const mostBytes = 2 ** 30

/** Our names, and those of diffusers. Conditions that are not named here have one name. */
const inputNames: Readonly<Record<string, string>> = {
  x: 'sample',
  context: 'encoder_hidden_states',
  labels: 'class_labels',
}

/**
 * A network: `sample` `[batch, ...]`, `timestep` `[1]` or `[batch]`, float32, and its conditions, to `out_sample`.
 *
 * @throws TweedieError `model` where the graph cannot be freed from its batch size
 */
export function exportNetworkPart(model: NetworkWeights, options: PartExportOptions = {}): OnnxPartFiles {
  const { className, config } = model.network
  const metadata = { ...options.metadata, [networkKey]: JSON.stringify({ className, config }) }
  const made = networkModel(model, { ...options, metadata })
  return written(timedForAll(renamed(made, inputNames, { output: 'out_sample' })), options)
}

/**
 * A text encoder: `input_ids` `[batch, length]`, int32, to `last_hidden_state`, what its layers give (`hidden_states.0`, …) if `layers`
 * are given, and `pooler_output`, or `text_embeds` of an encoder with a projection.
 *
 * @param layers how many it has
 */
export function exportTextEncoderPart(
  { encoder, layout, weights }: TextEncoderWeights,
  { layers = 0, ...options }: PartExportOptions & { readonly layers?: number | undefined } = {},
): OnnxPartFiles {
  const outputs = (batch: number): Readonly<Record<string, Tensor>> => {
    const tokens = input('input_ids', [batch, encoder.length], 'int32')
    const { hidden, pooled } = encoder.encode(new Scope(), tokens)
    const within = Array.from({ length: layers }, (_, i): [string, Tensor] => {
      const code = encoder.encode(new Scope(), tokens, { skip: i, finalNorm: false })
      return [`hidden_states.${layers - i}`, code.hidden]
    })
    const name = encoder.className.endsWith('WithProjection') ? 'text_embeds' : 'pooler_output'
    return { last_hidden_state: hidden, ...(pooled && { [name]: pooled }), ...Object.fromEntries(within.toReversed()) }
  }
  return exported({ outputs, layout, weights }, options)
}

/** The decoder of an autoencoder: `latent_sample` to `sample`. */
export function exportDecoderPart(
  { autoencoder, layout, weights }: AutoencoderWeights,
  options: PartExportOptions = {},
): OnnxPartFiles {
  const outputs = (batch: number) => ({
    sample: autoencoder.decode(new Scope(), input('latent_sample', [batch, ...autoencoder.latentShape])),
  })
  return exported({ outputs, layout, weights }, options)
}

/** Its encoder: `sample` to `latent_parameters`, means and log-variances behind one another. */
export function exportEncoderPart(
  { autoencoder, layout, weights }: AutoencoderWeights,
  options: PartExportOptions = {},
): OnnxPartFiles {
  const outputs = (batch: number): Readonly<Record<string, Tensor>> => {
    const x = input('sample', [batch, ...autoencoder.inputShape])
    const { mean, logVariance } = autoencoder.encode(new Scope(), x)
    return logVariance ? { latent_parameters: concat([mean, logVariance], 1) } : { latent_sample: mean }
  }
  return exported({ outputs, layout, weights }, options)
}

/** A graph with its weights. */
interface Part {
  readonly outputs: (batch: number) => Readonly<Record<string, Tensor>>
  readonly layout: Layout
  readonly weights: Float32Array
}

function exported({ outputs, layout, weights: flat }: Part, options: PartExportOptions): OnnxPartFiles {
  const weights = new Map(Array.from(layout.toMap(flat), ([name, { data }]) => [name, data]))
  // layers that several outputs need are written once
  const shared = (batch: number): Readonly<Record<string, Tensor>> => {
    const all = outputs(batch)
    const simple = simplify(Object.values(all))
    return Object.fromEntries(Object.keys(all).map((name, i) => [name, simple[i]!]))
  }
  return written(graphModel({ outputs: shared, weights, layout, flat }, options), options)
}

/** The model with other names of its inputs and outputs. */
function renamed(
  model: ModelProto,
  inputs: Readonly<Record<string, string>>,
  outputs: Readonly<Record<string, string>>,
): ModelProto {
  const { graph } = model
  const name = (each: string): string => inputs[each] ?? outputs[each] ?? each
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(name),
        outputs: node.outputs.map(name),
      })),
      inputs: graph.inputs.map((info) => ({ ...info, name: name(info.name) })),
      outputs: graph.outputs.map((info) => ({ ...info, name: name(info.name) })),
    },
  }
}

/** The model with `timestep` in place of `t`: one time for all items, as pipelines of others feed it, or one for each. */
function timedForAll(model: ModelProto): ModelProto {
  const { graph } = model
  if (!graph.inputs.some(({ name }) => name === 't')) return model
  const spread: readonly NodeProto[] = [
    {
      opType: 'Shape',
      name: 'timestep/items',
      inputs: ['sample'],
      outputs: ['timestep/items'],
      attributes: { start: attribute.int(0), end: attribute.int(1) },
    },
    { opType: 'Expand', name: 't', inputs: ['timestep', 'timestep/items'], outputs: ['t'] },
  ]
  const inputs = graph.inputs.map((info) =>
    info.name === 't' ? ({ ...info, name: 'timestep', shape: ['steps'] } as const) : info,
  )
  return { ...model, graph: { ...graph, inputs, nodes: [...spread, ...graph.nodes] } }
}

function written(model: ModelProto, { most = mostBytes }: PartExportOptions): OnnxPartFiles {
  const size = model.graph.initializers.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (size <= most) return { files: new Map([[onnxName, encodeModel(model)]]) }
  const { outside, data } = withoutWeights(model, size)
  return {
    files: new Map([
      [onnxName, encodeModel(outside)],
      [dataName, data],
    ]),
  }
}

/** Smaller tensors stay inside. */
const leastOutside = 1024
/** Where a tensor in the other file may begin: the runtime maps it into memory. */
const page = 4096

/** The model with its weights in another file. */
function withoutWeights(model: ModelProto, size: number): { readonly outside: ModelProto; readonly data: Uint8Array } {
  const { graph } = model
  const data = new Uint8Array(size + page * graph.initializers.length)
  let end = 0
  const initializers = graph.initializers.map((tensor): TensorProto => {
    const { bytes } = tensor
    if (bytes.length < leastOutside) return tensor
    const offset = Math.ceil(end / page) * page
    data.set(bytes, offset)
    end = offset + bytes.length
    return { ...tensor, bytes: new Uint8Array(), external: { location: dataName, offset, length: bytes.length } }
  })
  return { outside: { ...model, graph: { ...graph, initializers } }, data: data.subarray(0, end) }
}
