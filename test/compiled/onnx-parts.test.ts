/** Parts of a Stable Diffusion as ONNX files, ours and those of others, beside what PyTorch and diffusers gave: `../shared/golden/tiny-sd`. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compiledAutoencoder } from '../../src/compiled/autoencoder.ts'
import { autoencoderOf } from '../../src/compiled/autoencoder-part.ts'
import {
  exportDecoderPart,
  exportEncoderPart,
  exportNetworkPart,
  exportTextEncoderPart,
  type OnnxPartFiles,
} from '../../src/compiled/onnx/export-parts.ts'
import { onnxAutoencoder, type OnnxAutoencoderOptions, withoutDraws } from '../../src/compiled/onnx/onnx-autoencoder.ts'
import { onnxFile } from '../../src/compiled/onnx/onnx-file.ts'
import { onnxNetwork } from '../../src/compiled/onnx/onnx-network.ts'
import { onnxTextEncoder } from '../../src/compiled/onnx/onnx-text-encoder.ts'
import { compiledTextEncoder } from '../../src/compiled/text-encoder.ts'
import { textEncoderOf } from '../../src/compiled/text-encoder-part.ts'
import { input } from '../../src/engine/graph/index.ts'
import { autoencoderParameters } from '../../src/engine/nn/autoencoder.ts'
import { parametersOf } from '../../src/engine/nn/network.ts'
import { Scope } from '../../src/engine/nn/parameters.ts'
import { networkFromConfig } from '../../src/engine/nn/registry.ts'
import { textEncoderParameters, type TextEncoder } from '../../src/engine/nn/text-encoder.ts'
import { decodeModel } from '../../src/engine/onnx/proto/decode.ts'
import { encodeModel } from '../../src/engine/onnx/proto/encode.ts'
import { attribute } from '../../src/engine/onnx/proto/model.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { compile } from '../../src/engine/runtime/program.ts'
import { readComponent } from '../../src/files/io/node/read-component.ts'
import { readSafetensors, toFloat32 } from '../../src/files/io/safetensors.ts'

const golden = new URL('../../../shared/golden/tiny-sd/', import.meta.url).pathname
const engine = await nodeEngine()

const none = new Float32Array()
const fileOf = ({ files }: OnnxPartFiles, name: string) =>
  onnxFile(files.get('model.onnx')!, { name, external: { files } })

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)))
}

describe.skipIf(!existsSync(golden))('the parts of tiny-sd as files', () => {
  const load = () => readSafetensors(readFileSync(`${golden}reference.safetensors`), 'reference').tensors
  const values = (name: string): Float32Array => toFloat32(load().get(name)!)
  const tokens = (): Int32Array => {
    const { data: bytes } = load().get('input_ids')! as { readonly data: Uint8Array }
    return Int32Array.from(new BigInt64Array(bytes.slice().buffer), Number)
  }

  test('the text encoder: the last layer, those before it, the vector of the whole text', async () => {
    const part = textEncoderOf(await readComponent(`${golden}text_encoder`))
    const files = exportTextEncoderPart(part, { layers: 2 })
    const { graph } = decodeModel(files.files.get('model.onnx')!)
    expect(graph.outputs.map(({ name }) => name)).toEqual([
      'last_hidden_state',
      'pooler_output',
      'hidden_states.1',
      'hidden_states.2',
    ])
    expect(new Set(graph.initializers.map(({ name }) => name)).size).toBe(graph.initializers.length)
    const encoder = onnxTextEncoder(fileOf(files, 'text_encoder/model.onnx'))
    expect([encoder.length, encoder.width, encoder.pooledWidth]).toEqual([77, 8, 8])
    const over = (each: TextEncoder) => ({ encoder: each, layout: textEncoderParameters(each), weights: none })
    using ours = compiledTextEncoder(part, engine, { batch: 2 })
    using theirs = compiledTextEncoder(over(encoder), engine, { batch: 2 })
    const [a, b] = [await ours.encode(tokens()), await theirs.encode(tokens())]
    expect(largest(b.hidden, values('prompt_embeds'))).toBeLessThan(1e-5)
    expect(largest(b.pooled!, a.pooled!)).toBeLessThan(1e-5)
    for (const skip of [0, 1]) {
      const options = { batch: 2, skip, finalNorm: false }
      using plain = compiledTextEncoder(part, engine, options)
      using filed = compiledTextEncoder(over(encoder), engine, options)
      expect(largest((await filed.encode(tokens())).hidden, (await plain.encode(tokens())).hidden)).toBeLessThan(1e-5)
    }
    const ids = input('tokens', [1, 77], 'int32')
    expect(() => encoder.encode(new Scope(), ids, { skip: 1 })).toThrow(/text_encoder\/model.onnx: it has no layer 1/)
    const few = onnxTextEncoder(fileOf(exportTextEncoderPart(part), 'text_encoder/model.onnx'))
    expect(() => few.encode(new Scope(), ids, { skip: 1, finalNorm: false })).toThrow(/no output of the layer 1 before/)
  })

  test('the autoencoder, both ways, of any size', async () => {
    const part = autoencoderOf(await readComponent(`${golden}vae`))
    const decoder = fileOf(exportDecoderPart(part), 'vae_decoder/model.onnx')
    const encoder = fileOf(exportEncoderPart(part), 'vae_encoder/model.onnx')
    const options: OnnxAutoencoderOptions = { size: [32, 32], factor: 2 }
    const over = (each: ReturnType<typeof onnxAutoencoder>) => ({
      autoencoder: each,
      layout: autoencoderParameters(each),
      weights: none,
    })
    using compiled = await compiledAutoencoder(over(onnxAutoencoder({ encoder, decoder }, options)), engine, {
      batch: 1,
    })
    const codes = values('latents').map((x) => x / 0.18215)
    expect(largest(await compiled.decode(codes), values('decoded_latents'))).toBeLessThan(1e-5)
    const { mean, logVariance } = await compiled.encode(values('image'))
    expect(largest(mean, values('encoded_mean'))).toBeLessThan(1e-5)
    expect(largest(logVariance!, values('encoded_logvar'))).toBeLessThan(1e-5)
    const alone = onnxAutoencoder({ decoder }, options)
    expect(() => alone.encode(new Scope(), input('x', [1, 3, 32, 32]))).toThrow(/has no encoder: it only draws/)
  })

  test('an encoder that draws its codes gives their means', async () => {
    const part = autoencoderOf(await readComponent(`${golden}vae`))
    const model = decodeModel(exportEncoderPart(part).files.get('model.onnx')!)
    const [moments] = model.graph.outputs
    const drawing = encodeModel({
      ...model,
      graph: {
        ...model.graph,
        nodes: [
          ...model.graph.nodes,
          {
            opType: 'Split',
            inputs: ['latent_parameters'],
            outputs: ['mean', 'spread'],
            attributes: { axis: attribute.int(1), num_outputs: attribute.int(2) },
          },
          { opType: 'RandomNormalLike', inputs: ['mean'], outputs: ['noise'] },
          { opType: 'Mul', inputs: ['noise', 'spread'], outputs: ['far'] },
          { opType: 'Add', inputs: ['mean', 'far'], outputs: ['latent_sample'] },
        ],
        outputs: [{ ...moments!, name: 'latent_sample', shape: ['batch', 4, 'h', 'w'] }],
      },
    })
    const encoder = onnxFile(withoutDraws(drawing)!, { name: 'vae_encoder/model.onnx' })
    expect(withoutDraws(withoutDraws(drawing)!)).toBeUndefined()
    const decoder = fileOf(exportDecoderPart(part), 'vae_decoder/model.onnx')
    const autoencoder = onnxAutoencoder({ encoder, decoder }, { size: [32, 32], factor: 2 })
    const over = { autoencoder, layout: autoencoderParameters(autoencoder), weights: none }
    using compiled = await compiledAutoencoder(over, engine, { batch: 1 })
    const { mean, logVariance } = await compiled.encode(values('image'))
    expect(logVariance).toBeUndefined()
    expect(largest(mean, values('encoded_mean'))).toBeLessThan(1e-5)
  })

  test.each([undefined, 2 ** 16])('the U-Net; weights above %s bytes in a file beside it', async (most) => {
    const part = await readComponent(`${golden}unet`)
    const own = networkFromConfig(part.className, part.config)
    const layout = parametersOf(own)
    const files = exportNetworkPart({ network: own, layout, weights: layout.fromMap(part.weights) }, { most })
    expect([...files.files.keys()]).toEqual(most ? ['model.onnx', 'model.onnx_data'] : ['model.onnx'])
    const model = decodeModel(files.files.get('model.onnx')!)
    expect(model.graph.inputs.map(({ name, shape }) => `${name} ${shape?.join()}`)).toEqual([
      'sample batch,4,16,16',
      'timestep steps',
      'encoder_hidden_states batch,77,8',
    ])
    // as others write it, without a word about the network
    const bytes = encodeModel({ ...model, metadata: {} })
    const network = onnxNetwork(onnxFile(bytes, { name: 'unet/model.onnx', external: { files: files.files } }))
    expect(network.conditions).toEqual({ context: { kind: 'sequence', length: 77, size: 8 } })
    const x = input('x', [2, 4, 16, 16])
    const conditions = { context: input('context', [2, 77, 8]) }
    const output = network.build(new Scope(), { x, t: input('t', [2]), conditions })
    using program = await compile({ output }, engine)
    const latents = values('latents')
    const twice = new Float32Array(2 * latents.length)
    twice.set(latents)
    twice.set(latents, latents.length)
    const given = { x: twice, t: Float32Array.of(981, 981), context: values('prompt_embeds') }
    expect(largest((await program.run(given)).output as Float32Array, values('noise_pred_t981'))).toBeLessThan(1e-4)
  })
})
