import { describe, expect, it } from 'vitest'
import { gradients, input, mul, sum } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import {
  initialize,
  networkFromConfig,
  parametersOf,
  Scope,
  spaceTimeDit,
  spaceTimeUNet,
  unet2d,
} from '../../../src/engine/nn/index.ts'
import { timeAttention, timeConvolution } from '../../../src/engine/nn/space-time/time-layer.ts'
import { key } from '../../../src/engine/random/index.ts'
import { distance, parameterFeeds, random, runLayer, runNetwork, shaken } from './run.ts'

const image = {
  sample_size: 4,
  in_channels: 2,
  out_channels: 2,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 4,
  num_class_embeds: 3,
} as const

/** `[N, C, T, H, W]` as frames `[N T, C, H, W]`. */
function frames(x: ArrayLike<number>, [n, c, t, plane]: readonly [number, number, number, number]): number[] {
  const out: number[] = []
  for (let i = 0; i < n; i++)
    for (let f = 0; f < t; f++)
      for (let k = 0; k < c; k++) for (let p = 0; p < plane; p++) out.push(x[((i * c + k) * t + f) * plane + p]!)
  return out
}

describe('SpaceTimeUNet', () => {
  it('is the U-Net over images while its layers along time are zero', () => {
    for (const time_layer of ['attention', 'convolution', 'both'] as const) {
      const video = spaceTimeUNet({ ...image, num_frames: 3, time_layer })
      const still = unet2d(image)
      const layout = parametersOf(video)
      const flat = initialize(layout, key(1))
      const all = parameterFeeds(layout, flat)
      const x = random('x', 2 * 2 * 3 * 16)
      const y = runNetwork(video, flat, x, [3, 700], [0, 2])
      const names = parametersOf(still).specs.map(({ name }) => name)
      const one = still.build(new Scope(), {
        x: input('x', [6, 2, 4, 4]),
        t: input('t', [6]),
        conditions: { labels: input('labels', [6], 'int32') },
      })
      const feeds = Object.fromEntries(names.map((name) => [name, all[name]!]))
      const [alone] = evaluate([one], {
        ...feeds,
        x: frames(x, [2, 2, 3, 16]),
        t: [3, 3, 3, 700, 700, 700],
        labels: [0, 0, 0, 2, 2, 2],
      })
      expect(distance(frames(y, [2, 2, 3, 16]), alone!.data as ArrayLike<number>)).toBeLessThan(1e-5)
    }
  })

  it('sees other frames once these weights are not zero', () => {
    const network = spaceTimeUNet({ ...image, num_frames: 3 })
    const flat = shaken(network)
    const x = random('x', 2 * 3 * 16)
    const changed = x.map((value, i) => (Math.floor(i / 16) % 3 === 2 ? value + 1 : value))
    const [before, after] = [x, changed].map((each) => frames(runNetwork(network, flat, each, [9], [1]), [1, 2, 3, 16]))
    expect(distance(before!.slice(0, 32), after!.slice(0, 32))).toBeGreaterThan(1e-3)
  })

  it('finds a thing where it was, if the attention in the middle sees all frames', () => {
    const network = spaceTimeUNet({ ...image, num_frames: 3, middle_attention: 'video' })
    const layout = parametersOf(network)
    expect(layout.size).toBe(parametersOf(spaceTimeUNet({ ...image, num_frames: 3 })).size)
    // layers along time are the identity: only that attention sees other frames
    const flat = initialize(layout, key(1))
    const x = random('x', 2 * 3 * 16)
    const out = (of: ArrayLike<number>): number[] => frames(runNetwork(network, flat, of, [9], [1]), [1, 2, 3, 16])
    const frameOf = (all: number[], frame: number): number[] => all.slice(32 * frame, 32 * (frame + 1))
    const before = out(x)
    // a change at one place of the last frame is seen at other places of the first
    const changed = x.map((value, i) => (i % 48 === 47 ? value + 3 : value))
    expect(distance(frameOf(before, 0), frameOf(out(changed), 0))).toBeGreaterThan(1e-4)
    // frames in another order are the same frames in that order
    const order = [2, 0, 1]
    const moved = x.map((_, i) => x[Math.floor(i / 48) * 48 + order[Math.floor(i / 16) % 3]! * 16 + (i % 16)]!)
    order.forEach((from, to) => expect(distance(frameOf(out(moved), to), frameOf(before, from))).toBeLessThan(1e-5))
  })

  it('takes other numbers of frames with the same weights', () => {
    const [three, five] = [3, 5].map((num_frames) => spaceTimeUNet({ ...image, num_frames }))
    expect(parametersOf(five!).size).toBe(parametersOf(three!).size)
    expect([...runNetwork(five!, shaken(three!), random('x', 2 * 5 * 16), [9], [1])].every(Number.isFinite)).toBe(true)
  })

  it('has the gradient of finite differences', () => {
    const network = spaceTimeUNet({ ...image, num_class_embeds: null, num_frames: 2, time_layer: 'both' })
    const scope = new Scope()
    const y = network.build(scope, { x: input('x', [1, 2, 2, 4, 4]), t: input('t', [1]) })
    const weights = random('weights', 64)
    const loss = sum(mul(y, input('weights', [1, 2, 2, 4, 4])))
    const layout = parametersOf(network)
    const names = ['down_blocks.0.across.0.time_attention.to_q.weight', 'mid_block.across.0.time_conv.conv.weight']
    const flat = shaken(network)
    const own = parameterFeeds(layout, flat)
    const feeds = { ...own, x: random('x', 64), t: [40], weights }
    const parameters = names.map((name) =>
      scope.parameter(name, layout.specs.find((each) => each.name === name)!.shape, { kind: 'zeros' }),
    )
    const found = evaluate(gradients(loss, parameters), feeds)
    for (const [i, name] of names.entries()) {
      const direction = random('direction', own[name]!.length)
      const slope = direction.reduce((total, d, k) => total + d * (found[i]!.data as ArrayLike<number>)[k]!, 0)
      const at = (step: number): number =>
        Number(evaluate([loss], { ...feeds, [name]: own[name]!.map((w, k) => w + step * direction[k]!) })[0]!.data[0])
      const h = 2e-3
      expect(Math.abs((at(h) - at(-h)) / (2 * h) - slope)).toBeLessThan(2e-2 * Math.max(1, Math.abs(slope)))
    }
  })

  it('comes back from its configuration, with conditions of videos', () => {
    const given = { kind: 'image', shape: [2, 3, 4, 4], nothing: true } as const
    const network = spaceTimeUNet({ ...image, num_frames: 3, conditions: { given } })
    const again = networkFromConfig('SpaceTimeUNet', JSON.parse(JSON.stringify(network.config)) as object)
    expect(again.config).toEqual(network.config)
    expect(again.conditions).toEqual(network.conditions)
    expect(parametersOf(again).size).toBe(parametersOf(network).size)
    const flat = parameterFeeds(parametersOf(network), shaken(network))
    const y = network.build(new Scope(), {
      x: input('x', [1, 2, 3, 4, 4]),
      t: input('t', [1]),
      conditions: { labels: input('labels', [1], 'int32'), given: input('given', [1, 3, 3, 4, 4]) },
    })
    const run = (name: string): ArrayLike<number> =>
      evaluate([y], { ...flat, x: random('x', 96), t: [5], labels: [1], given: random(name, 144) })[0]!
        .data as ArrayLike<number>
    expect(distance(run('a'), run('b'))).toBeGreaterThan(1e-3)
  })

  it.each([
    [{ ...image }, /num_frames is null/],
    [{ ...image, num_frames: 3, time_layer: 'rnn' }, /time_layer is "rnn", expected "attention" or/],
    [
      { ...image, num_frames: 3, conditions: { given: { kind: 'image', shape: [2, 5, 4, 4] } } },
      /\[channels, 3, height, width\]/,
    ],
    [
      {
        ...image,
        in_channels: 3,
        out_channels: 3,
        num_frames: 3,
        down_block_types: ['SkipDownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'SkipUpBlock2D'],
      },
      /SkipDownBlock2D/,
    ],
  ])('refuses %#', (config, message) => {
    expect(() => spaceTimeUNet(config as never)).toThrow(message)
  })
})

describe('layers along time', () => {
  /** Parameters and the response to `x [T, 2, 4]`. */
  const layer = (kind: typeof timeConvolution, frames: number) => runLayer([frames, 2, 4], kind)

  it('convolve: a clip that comes later has the same response, later', () => {
    const scope = new Scope()
    const y = timeConvolution(scope, input('x', [8, 1, 4]))
    const { parameters } = layer(timeConvolution, 8)
    const clip = random('clip', 3 * 4)
    const at = (start: number): number[] => {
      const x = new Float32Array(32)
      x.set(clip, 4 * start)
      return [...(evaluate([y], { ...parameters, x })[0]!.data as Iterable<number>)]
    }
    expect(distance(at(2).slice(4, 24), at(3).slice(8, 28))).toBeLessThan(1e-5)
  })

  it('attend to equal frames alike, wherever they are', () => {
    const scope = new Scope()
    const { parameters } = layer((own, x) => timeAttention(own, x, 4), 6)
    const y = timeAttention(scope, input('x', [6, 2, 4]), 4)
    const one = random('one', 8)
    const x = Float32Array.from({ length: 48 }, (_, i) => one[i % 8]!)
    const out = [...(evaluate([y], { ...parameters, x })[0]!.data as Iterable<number>)]
    for (let t = 1; t < 6; t++) expect(distance(out.slice(0, 8), out.slice(8 * t, 8 * t + 8))).toBeLessThan(1e-5)
  })
})

describe('SpaceTimeDiT', () => {
  const config = {
    sample_size: [4, 8],
    num_frames: 4,
    in_channels: 2,
    out_channels: 2,
    hidden_size: 12,
    num_layers: 2,
    num_attention_heads: 2,
    num_class_embeds: 3,
  } as const

  it('begins at zero, sees all frames, and comes back from its configuration', () => {
    const network = spaceTimeDit(config)
    const x = random('x', 2 * 4 * 32)
    expect([...runNetwork(network, initialize(parametersOf(network), key(1)), x, [7], [1])]).toEqual(
      Array.from(x, () => 0),
    )
    const flat = shaken(network)
    const later = x.map((value, i) => (Math.floor(i / 32) % 4 === 3 ? -value : value))
    const first = (from: ArrayLike<number>): number[] =>
      Array.from(runNetwork(network, flat, from, [7], [1])).slice(0, 32)
    expect(distance(first(x), first(later))).toBeGreaterThan(1e-5)
    expect(networkFromConfig('SpaceTimeDiT', network.config).config).toEqual(network.config)
  })

  it('refuses videos that patches do not tile', () => {
    expect(() => spaceTimeDit({ ...config, num_frames: 5 })).toThrow(/patches of 2 frames, 2×2, do not tile it/)
    expect(() => spaceTimeDit({ ...config, hidden_size: 16 })).toThrow(/a multiple of 6/)
  })
})
