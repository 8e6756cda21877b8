/** A network over an ONNX file, beside the same network as expressions. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modelDenoiser, type DenoisingModel } from '../../src/compiled/denoiser.ts'
import { exportOnnx, networkModel } from '../../src/compiled/export-onnx.ts'
import { modelVjp } from '../../src/compiled/vjp.ts'
import { onnxFile, weightFilesOf } from '../../src/compiled/onnx/onnx-file.ts'
import { onnxNetwork, type OnnxNetworkOptions } from '../../src/compiled/onnx/onnx-network.ts'
import type { NetworkWeights } from '../../src/compiled/network-graph.ts'
import type { Conditions } from '../../src/diffusion/denoise/denoiser.ts'
import { inputView } from '../../src/diffusion/denoise/input-view.ts'
import { trainedParametrisation } from '../../src/diffusion/denoise/objective-spec.ts'
import { scheduleOfNoise } from '../../src/diffusion/noise/named.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { type Network, parametersOf } from '../../src/engine/nn/network.ts'
import { networkFromConfig } from '../../src/engine/nn/registry.ts'
import { encodeModel } from '../../src/engine/onnx/proto/encode.ts'
import { attribute, type ModelProto, type NodeProto } from '../../src/engine/onnx/proto/model.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'

const engine = await nodeEngine()

const schedule = scheduleOfNoise({ table: 'linear', levels: 1000 })
const noise = { schedule, view: inputView('level', schedule), parametrisation: trainedParametrisation('epsilon') }

function randomWeights(network: Network): NetworkWeights {
  const layout = parametersOf(network)
  const weights = initialize(layout, key(3))
  // layers that begin as zeros would hide everything behind them
  for (const { data } of layout.toMap(weights).values()) if (data.every((x) => x === 0)) data.fill(0.02)
  return { network, layout, weights }
}

const unet = randomWeights(
  networkFromConfig('UNet2DModel', {
    sample_size: 8,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [8, 16],
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
    norm_num_groups: 4,
    layers_per_block: 1,
    num_class_embeds: 4,
  }),
)

const overFile = (network: Network): DenoisingModel & NetworkWeights => ({
  network,
  layout: parametersOf(network),
  weights: new Float32Array(),
  ...noise,
  unconditionalLabel: 3,
})

const asFile = (bytes: Uint8Array, options: OnnxNetworkOptions = {}): ReturnType<typeof overFile> =>
  overFile(onnxNetwork(onnxFile(bytes, { name: 'unet/model.onnx' }), options))

async function meanOf(model: DenoisingModel, batch: number, conditions: Conditions = {}, t = 0.4) {
  using denoiser = await modelDenoiser(model, engine, { batch })
  return await denoiser.denoise(normal(key(5), new Float32Array(batch * 64)), t, { conditions })
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)))
}

/** The same file, as exporters of Python name and type things. */
function asOthers(
  model: ModelProto,
  types: { readonly timestep: 'int64' | 'float16'; readonly rank?: 0 | 1 },
): ModelProto {
  const { graph } = model
  const [data, time] = ['sample', 'timestep']
  const cast = (from: string, to: string, code: number): NodeProto => ({
    opType: 'Cast',
    inputs: [from],
    outputs: [to],
    attributes: { to: attribute.int(code) },
  })
  const half = types.timestep === 'float16'
  const shape = graph.inputs.find(({ name }) => name === 'x')!.shape!
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [
        cast(data, 'x', 1),
        cast(time, 'one', 1),
        {
          opType: 'Shape',
          inputs: [data],
          outputs: ['items'],
          attributes: { start: attribute.int(0), end: attribute.int(1) },
        },
        { opType: 'Expand', inputs: ['one', 'items'], outputs: ['t'] },
        ...graph.nodes,
        cast('output', 'out_sample', half ? 10 : 1),
      ],
      inputs: [
        { name: data, dtype: half ? 'float16' : 'float32', shape },
        { name: time, dtype: types.timestep, shape: types.rank === 0 ? [] : ['steps'] },
        ...graph.inputs
          .filter(({ name }) => name === 'labels')
          .map((info) => ({ ...info, name: 'class_labels', dtype: 'int32' as const })),
      ],
      outputs: [{ name: 'out_sample', dtype: half ? 'float16' : 'float32', shape }],
    },
  }
}

/** `class_labels` where the graph has `labels`. */
function renamedLabels(model: ModelProto): ModelProto {
  const nodes = model.graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (name === 'labels' ? 'class_labels' : name)),
  }))
  return { ...model, graph: { ...model.graph, nodes } }
}

describe('a network over a file', () => {
  const labels = Int32Array.of(0, 2, 3)

  test('is the network that was exported, of any batch', async () => {
    const file = asFile(exportOnnx(unet), { shape: [1, 8, 8], classes: 4 })
    const ours = { ...unet, ...noise, unconditionalLabel: 3 }
    const [a, b] = [await meanOf(file, 3, { labels }), await meanOf(ours, 3, { labels })]
    expect(largest(a, b)).toBeLessThan(1e-5)
    expect(largest(await meanOf(file, 3), b)).toBeGreaterThan(1e-4)
  })

  test.each([
    ['int64', 1],
    ['int64', 0],
    ['float16', 1],
  ] as const)('takes names and types of others: timestep %s of rank %s', async (timestep, rank) => {
    const model = renamedLabels(asOthers(networkModel(unet), { timestep, rank }))
    const file = asFile(encodeModel(model), { classes: 4 })
    const t = 400.25 / 1000
    const ours = { ...unet, ...noise, unconditionalLabel: 3 }
    const level = timestep === 'int64' ? Math.round(noise.view.time(t)) : noise.view.time(t)
    const rounded = { ...ours, view: { ...noise.view, time: () => level } }
    const [a, b] = [await meanOf(file, 3, { labels }, t), await meanOf(rounded, 3, { labels }, t)]
    expect(largest(a, b)).toBeLessThan(timestep === 'float16' ? 2e-2 : 1e-5)
    expect(file.network.items).toBe(rank === 0 ? 1 : undefined)
  })

  test('of a fixed batch goes through it in portions', async () => {
    const file = asFile(exportOnnx(unet, { batch: 1 }), { classes: 4 })
    expect(file.network.items).toBe(1)
    const ours = { ...unet, ...noise, unconditionalLabel: 3 }
    expect(largest(await meanOf(file, 3, { labels }), await meanOf(ours, 3, { labels }))).toBeLessThan(1e-5)
  })

  test('weights in other files: in a folder of a disk, or in memory', async () => {
    const whole = networkModel(unet)
    const { model, data } = outside(whole, 'model.onnx_data')
    const bytes = encodeModel(model)
    expect(weightFilesOf(bytes, 'it')).toEqual(['model.onnx_data'])
    const folder = await mkdtemp(join(tmpdir(), 'tweedie-onnx-'))
    await writeFile(join(folder, 'model.onnx_data'), data)
    const ours = await meanOf({ ...unet, ...noise, unconditionalLabel: 3 }, 2)
    for (const external of [{ folder }, { files: new Map([['model.onnx_data', data]]) }]) {
      const network = onnxNetwork(onnxFile(bytes, { name: 'unet/model.onnx', external }), { classes: 4 })
      expect(largest(await meanOf(overFile(network), 2), ours)).toBeLessThan(1e-5)
    }
    expect(() => onnxFile(bytes, { name: 'unet/model.onnx' })).toThrow(
      /unet\/model.onnx: its weights lie in other files: model.onnx_data/,
    )
    const short = { files: new Map([['model.onnx_data', data.subarray(0, 100)]]) }
    const broken = onnxNetwork(onnxFile(bytes, { external: short }), { classes: 4 })
    await expect(meanOf(overFile(broken), 2)).rejects.toThrow(/does not fit into it/)
    const none = onnxNetwork(onnxFile(bytes, { external: { files: new Map() } }), { classes: 4 })
    await expect(meanOf(overFile(none), 2)).rejects.toThrow(/lie in model.onnx_data, which is not there/)
  })

  test('has no gradients, and says so', async () => {
    const file = asFile(exportOnnx(unet), { classes: 4 })
    await expect(modelVjp(file, engine, { batch: 1 })).rejects.toThrow(
      /unet\/model.onnx: an ONNX file .* has no gradients/,
    )
  })

  test('may be exported again', async () => {
    const again = asFile(exportOnnx(asFile(exportOnnx(unet), { classes: 4 })), { classes: 4 })
    const ours = { ...unet, ...noise, unconditionalLabel: 3 }
    expect(
      largest(
        await meanOf(again, 2, { labels: labels.slice(0, 2) }),
        await meanOf(ours, 2, { labels: labels.slice(0, 2) }),
      ),
    ).toBeLessThan(1e-5)
  })

  test('what is not understood is refused by name', () => {
    const bytes = exportOnnx(unet)
    expect(() => asFile(bytes)).toThrow(/how many classes its input labels/)
    expect(() => asFile(bytes, { classes: 4, shape: [8, 8] })).toThrow(/its input x has 3 axes and not 2/)
    expect(() => asFile(Uint8Array.of(1, 2, 3))).toThrow(/unet\/model.onnx: /)
    const odd = networkModel(unet)
    const other = odd.graph.inputs.map((info) => (info.name === 't' ? { ...info, name: 'tau' } : info))
    expect(() => asFile(encodeModel({ ...odd, graph: { ...odd.graph, inputs: other } }))).toThrow(
      /which input the time is.*/,
    )
  })
})

/** Large weights in another file. */
function outside(model: ModelProto, location: string) {
  const pieces: Uint8Array[] = []
  let offset = 0
  const initializers = model.graph.initializers.map((tensor) => {
    if (tensor.bytes.length < 256) return tensor
    const place = { location, offset, length: tensor.bytes.length }
    pieces.push(tensor.bytes)
    offset += tensor.bytes.length
    return { ...tensor, bytes: new Uint8Array(), external: place }
  })
  expect(pieces.length).toBeGreaterThan(5)
  const data = Uint8Array.from(Buffer.concat(pieces))
  return { model: { ...model, graph: { ...model.graph, initializers } }, data }
}
