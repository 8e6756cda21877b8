import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { autoencoderFromConfig } from '../../../src/engine/nn/autoencoder-registry.ts'
import { type Autoencoder, autoencoderParameters } from '../../../src/engine/nn/autoencoder.ts'
import { autoencoderKL } from '../../../src/engine/nn/autoencoder-kl/autoencoder-kl.ts'
import type { AutoencoderKLConfig } from '../../../src/engine/nn/autoencoder-kl/config.ts'
import { latentScale, withScaledLatents } from '../../../src/engine/nn/autoencoder-kl/latent-scale.ts'
import { add, gradients, input, mean, mul, square, type Tensor, topological } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { Scope } from '../../../src/engine/nn/index.ts'
import { goldenExists, goldenTensors } from './golden.ts'
import { distance, parameterFeeds, random } from './run.ts'

const tiny: AutoencoderKLConfig = {
  sample_size: 8,
  block_out_channels: [4, 8],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  latent_channels: 2,
  norm_num_groups: 2,
}

/** Both halves on the plain interpreter. */
function run(network: Autoencoder, flat: Float32Array, x: Float32Array, z: Float32Array, batch: number, side: number) {
  const feeds = parameterFeeds(autoencoderParameters(network), flat)
  const [channels] = network.latentShape
  const small = side / network.stride!
  const code = network.encode(new Scope(), input('x', [batch, network.inputShape[0]!, side, side]))
  const image = network.decode(new Scope(), input('z', [batch, channels!, small, small]))
  const [mean, logVariance] = evaluate([code.mean, code.logVariance!], { ...feeds, x })
  return { mean: mean!, logVariance: logVariance!, image: evaluate([image], { ...feeds, z })[0]! }
}

describe.runIf(goldenExists)('AutoencoderKL of diffusers: ../shared/golden/tiny-sd/vae', () => {
  const config = () => JSON.parse(readFileSync('../shared/golden/tiny-sd/vae/config.json', 'utf8'))

  it('has the same parameters', () => {
    const layout = autoencoderParameters(autoencoderFromConfig('AutoencoderKL', config()))
    layout.fromMap(goldenTensors('tiny-sd', 'vae/diffusion_pytorch_model.safetensors'))
    expect(layout.size).toBe(43_711)
  })

  it('writes the configuration that it read', () => {
    expect(autoencoderKL(config()).config).toEqual(config())
  })
})

describe('architecture', () => {
  it('has the parameters of Stable Diffusion 1: 83,653,863 in 248 tensors', () => {
    const channels = [128, 256, 512, 512]
    const { size, specs } = autoencoderParameters(
      autoencoderKL({
        sample_size: 512,
        block_out_channels: channels,
        down_block_types: channels.map(() => 'DownEncoderBlock2D' as const),
        up_block_types: channels.map(() => 'UpDecoderBlock2D' as const),
        layers_per_block: 2,
      }),
    )
    expect([size, specs.length]).toEqual([83_653_863, 248])
  })

  it('names its parameters as diffusers does', () => {
    const names = (config: AutoencoderKLConfig) =>
      autoencoderParameters(autoencoderKL({ ...tiny, ...config })).specs.map(({ name }) => name)
    const all = names({})
    for (const name of [
      'encoder.conv_in.weight',
      'encoder.down_blocks.0.resnets.0.norm1.weight',
      'encoder.down_blocks.0.downsamplers.0.conv.bias',
      'encoder.down_blocks.1.resnets.0.conv_shortcut.weight',
      'encoder.mid_block.attentions.0.group_norm.weight',
      'encoder.mid_block.attentions.0.to_out.0.bias',
      'quant_conv.weight',
      'post_quant_conv.bias',
      'decoder.mid_block.resnets.1.conv2.weight',
      'decoder.up_blocks.0.upsamplers.0.conv.weight',
      'decoder.up_blocks.1.resnets.1.norm2.bias',
      'decoder.conv_norm_out.weight',
    ]) {
      expect(all).toContain(name)
    }
    expect(all.filter((name) => /time_emb|down_blocks\.1\.downsamplers|up_blocks\.1\.upsamplers/.test(name))).toEqual(
      [],
    )
    const bare = names({ use_quant_conv: false, use_post_quant_conv: false, mid_block_add_attention: false })
    expect(bare.filter((name) => /quant_conv|attentions/.test(name))).toEqual([])
    const attending = names({ down_block_types: ['DownEncoderBlock2D', 'AttnDownEncoderBlock2D'] })
    expect(attending).toContain('encoder.down_blocks.1.attentions.0.to_q.weight')
  })

  it('reads the names of old files', () => {
    const layout = autoencoderParameters(autoencoderKL(tiny))
    const flat = Float32Array.from({ length: layout.size }, (_, i) => i)
    const old = new Map(
      [...layout.toMap(flat)].map(([name, array]) => [
        name
          .replace('.to_q.', '.query.')
          .replace('.to_k.', '.key.')
          .replace('.to_v.', '.value.')
          .replace('.to_out.0.', '.proj_attn.'),
        array,
      ]),
    )
    expect(old.has('decoder.mid_block.attentions.0.proj_attn.weight')).toBe(true)
    expect(layout.fromMap(old)).toEqual(flat)
  })

  it('takes images of any size that halves, and says so of others', () => {
    const network = autoencoderKL({ ...tiny, out_channels: 6 })
    expect([network.inputShape, network.latentShape, network.outputShape]).toEqual([
      [3, 8, 8],
      [2, 4, 4],
      [6, 8, 8],
    ])
    expect(network.encode(new Scope(), input('x', [5, 3, 12, 20])).mean.shape).toEqual([5, 2, 6, 10])
    expect(network.decode(new Scope(), input('z', [5, 2, 6, 10])).shape).toEqual([5, 6, 12, 20])
    expect(() => network.encode(new Scope(), input('x', [5, 3, 12, 9]))).toThrow('multiples of 2')
    expect(() => network.encode(new Scope(), input('x', [5, 1, 12, 8]))).toThrow(
      'expected [N, 3, height, width], got [5, 1, 12, 8]',
    )
    expect(() => autoencoderKL({ ...tiny, sample_size: 9 })).toThrow('multiples of 2')
  })

  it('pads on the right and below only when it halves', () => {
    const network = autoencoderKL({
      ...tiny,
      mid_block_add_attention: false,
      norm_num_groups: 4,
      block_out_channels: [4, 4],
    })
    const layout = autoencoderParameters(network)
    // every layer hands its channels on, and halving reads the tap at the window's first corner: code i comes from pixel 2i
    const flat = new Float32Array(layout.size)
    const tap = (name: string, at: number): void => {
      layout.view(flat, name)[at] = 1
    }
    tap('encoder.conv_in.weight', 4)
    tap('encoder.down_blocks.0.downsamplers.0.conv.weight', 0)
    const halved = halfOf(network, input('x', [1, 3, 8, 8]))
    const image = Float32Array.from({ length: 192 }, (_, i) => i)
    const [value] = evaluate([halved], { ...parameterFeeds(layout, flat), x: image })
    expect(Array.from(value!.data.slice(0, 16))).toEqual([0, 2, 4, 6, 16, 18, 20, 22, 32, 34, 36, 38, 48, 50, 52, 54])
  })

  it('keeps log-variances within [−30, 20]', () => {
    const network = autoencoderKL(tiny)
    const layout = autoencoderParameters(network)
    const flat = new Float32Array(layout.size)
    layout.view(flat, 'quant_conv.bias').set([1, 2, 50, -50])
    const { mean, logVariance } = run(network, flat, random('x', 192), random('z', 32), 1, 8)
    expect([mean.data[0], mean.data[16], logVariance.data[0], logVariance.data[16]]).toEqual([1, 2, 20, -30])
  })

  it('has gradients of every parameter, equal to finite differences', () => {
    const network = autoencoderKL({ ...tiny, sample_size: 4, block_out_channels: [2, 2], norm_num_groups: 1 })
    const layout = autoencoderParameters(network)
    const flat = random('parameters', layout.size).map((value) => Math.fround(0.5 * value))
    const scope = new Scope()
    const { mean: code, logVariance } = network.encode(scope, input('x', [1, 3, 4, 4]))
    const image = network.decode(scope, code)
    const loss = add(mean(square(image)), mul(mean(square(logVariance!)), 0.1))
    const names = [
      'encoder.conv_in.weight',
      'encoder.down_blocks.0.downsamplers.0.conv.weight',
      'quant_conv.bias',
      'decoder.mid_block.attentions.0.to_v.weight',
      'decoder.conv_out.weight',
    ]
    const wanted = names.map((name) => {
      const { shape, init } = layout.specs.find((spec) => spec.name === name)!
      return scope.parameter(name, shape, init)
    })
    const feeds = (at: Float32Array) => ({ ...parameterFeeds(layout, at), x: random('x', 48) })
    const value = (at: Float32Array): number => evaluate([loss], feeds(at))[0]!.data[0]!
    const exact = evaluate(gradients(loss, wanted), feeds(flat))
    for (const [i, name] of names.entries()) {
      const offset = layout.offset(name)
      for (const at of [0, 1]) {
        const moved = (by: number): Float32Array => flat.map((each, j) => (j === offset + at ? each + by : each))
        const h = 2 ** -10
        const slope = (value(moved(h)) - value(moved(-h))) / (2 * h)
        expect(Math.abs(exact[i]!.data[at]! - slope)).toBeLessThan(1e-3 * Math.max(1, Math.abs(slope)))
      }
    }
  })
})

describe('configuration', () => {
  it('is refused by the name of the field', () => {
    const cases: [AutoencoderKLConfig | Record<string, unknown>, string][] = [
      [
        { down_block_types: ['DownEncoderBlock2D', 'DownBlock2D'] },
        'down_block_types is "DownBlock2D", expected one of DownEncoderBlock2D',
      ],
      [{ up_block_types: ['UpDecoderBlock2D'] }, 'up_block_types is ["UpDecoderBlock2D"], expected 2 blocks'],
      [{ norm_num_groups: 3 }, 'norm_num_groups is 3, expected a divisor'],
      [{ scaling_factor: 0 }, 'scaling_factor is 0'],
      [{ act_fn: 'snake' }, 'act_fn is "snake"'],
      [{ latents_mean: [0] }, 'latents_mean is [0], expected 2 numbers'],
      [{ latents_std: [1, 1] }, 'latents_std is [1,1], expected a list where latents_mean is one'],
      [{ latents_std: [1, -1] }, 'latents_std is [1,-1], expected a list of positive numbers'],
      [{ latents_mean: [0, 1], latents_std: [1, 1], shift_factor: 0.1 }, 'shift_factor is 0.1'],
      [{ temporal_compression: 4 }, 'unknown option temporal_compression'],
    ]
    for (const [config, message] of cases) {
      expect(() => autoencoderFromConfig('AutoencoderKL', { ...tiny, ...config })).toThrow(message)
    }
    expect(() => autoencoderFromConfig('AutoencoderTiny', {})).toThrow('autoencoder AutoencoderTiny: expected one of')
  })

  it('gives a network or an error of its own, whatever it is, and survives being written', () => {
    const size = fc.oneof(fc.integer({ min: -1, max: 9 }), fc.constant(null), fc.constant('8'))
    const config = fc.record(
      {
        sample_size: size,
        latent_channels: size,
        layers_per_block: size,
        norm_num_groups: size,
        in_channels: size,
        scaling_factor: fc.double(),
        shift_factor: fc.option(fc.double()),
        use_quant_conv: fc.boolean(),
        block_out_channels: fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(config, (fields) => {
        let network: Autoencoder
        try {
          network = autoencoderFromConfig('AutoencoderKL', { ...tiny, ...fields })
        } catch (error) {
          expect(error).toMatchObject({ name: 'TweedieError' })
          return
        }
        const again = autoencoderFromConfig('AutoencoderKL', JSON.parse(JSON.stringify(network.config)))
        expect(again.config).toEqual(network.config)
        expect(autoencoderParameters(again).specs).toEqual(autoencoderParameters(network).specs)
      }),
      { numRuns: 60 },
    )
  })
})

describe('the scale of codes', () => {
  it('is the one that pipelines of diffusers use', () => {
    const of = (config: AutoencoderKLConfig) => latentScale(autoencoderKL({ ...tiny, ...config }).config)
    expect(of({ scaling_factor: 0.5, shift_factor: 3 })).toEqual({
      shift: Float64Array.of(3, 3),
      scale: Float64Array.of(0.5, 0.5),
    })
    expect(of({ scaling_factor: 0.5, latents_mean: [1, 2], latents_std: [4, 8] })).toEqual({
      shift: Float64Array.of(1, 2),
      scale: Float64Array.of(0.125, 0.0625),
    })
  })

  it('goes into the weights exactly', () => {
    const network = autoencoderKL(tiny)
    const layout = autoencoderParameters(network)
    const flat = random('parameters', layout.size).map((value) => 0.3 * value)
    const [shift, scale] = [Float64Array.of(0.7, -2), Float64Array.of(3, 0.25)]
    const scaled = withScaledLatents(layout, flat, { shift, scale })
    const [x, z] = [random('x', 2 * 192), random('z', 2 * 32)]
    const channel = (i: number): number => Math.floor(i / 16) % 2
    const plain = run(network, flat, x, z, 2, 8)
    const other = run(
      network,
      scaled,
      x,
      z.map((value, i) => (value - shift[channel(i)]!) * scale[channel(i)]!),
      2,
      8,
    )
    const at = (values: ArrayLike<number>, f: (value: number, c: number) => number) =>
      Array.from(values, (value, i) => f(value, channel(i)))
    expect(
      distance(
        other.mean.data,
        at(plain.mean.data, (value, c) => (value - shift[c]!) * scale[c]!),
      ),
    ).toBeLessThan(1e-4)
    expect(
      distance(
        other.logVariance.data,
        at(plain.logVariance.data, (value, c) => value + 2 * Math.log(scale[c]!)),
      ),
    ).toBeLessThan(1e-4)
    expect(distance(other.image.data, plain.image.data)).toBeLessThan(1e-4)
    const bare = autoencoderParameters(autoencoderKL({ ...tiny, use_quant_conv: false }))
    expect(() => withScaledLatents(bare, new Float32Array(bare.size), { shift, scale })).toThrow('no quant_conv')
    expect(() => withScaledLatents(layout, flat, { shift, scale: Float64Array.of(1, 0) })).toThrow('positive scale')
  })
})

/** What the first halving gives, found in the encoder's graph. */
function halfOf(network: Autoencoder, x: Tensor): Tensor {
  const { mean: code } = network.encode(new Scope(), x)
  return topological([code]).find((each) => each.op === 'conv' && each.attributes.stride[0] === 2)!
}
