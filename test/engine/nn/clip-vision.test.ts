/** CLIP's image encoder: its arithmetic by loops, its names and numbers, what it refuses. */
import { describe, expect, test } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { clipVisionModel, clipVisionModelWithProjection } from '../../../src/engine/nn/clip/vision-model.ts'
import { imageEncoderParameters } from '../../../src/engine/nn/image-encoder.ts'
import { imageEncoderFromConfig } from '../../../src/engine/nn/image-encoder-registry.ts'
import { Scope } from '../../../src/engine/nn/index.ts'
import { plainLayers, plainNorm, quickGelu } from './plain-clip.ts'
import { distance, parameterFeeds, random } from './run.ts'

const config = {
  hidden_size: 6,
  intermediate_size: 10,
  projection_dim: 3,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  image_size: 6,
  patch_size: 3,
}
const encoder = clipVisionModelWithProjection(config)
const layout = imageEncoderParameters(encoder)
const flat = random('vision', layout.size).map((value) => value * 0.3)
const x = random('picture', 2 * 3 * 36)

const encode = (of = encoder, options = {}) => {
  const { hidden, pooled } = of.encode(new Scope(), input('x', [2, 3, 6, 6]), options)
  const [h, p] = evaluate([hidden, pooled], { ...parameterFeeds(layout, flat), x })
  return { hidden: h!.data, pooled: p!.data }
}

describe('its arithmetic', () => {
  const view = (name: string) => layout.view(flat, `vision_model.${name}`)
  const [means, deviations] = [
    [0.48145466, 0.4578275, 0.40821073],
    [0.26862954, 0.26130258, 0.27577711],
  ]
  const states = [0, 1].map((item) => {
    const patches = [0, 1, 2, 3].map((patch) =>
      Array.from({ length: 6 }, (_, out) => {
        let sum = 0
        for (let i = 0; i < 27; i++) {
          const [channel, row, column] = [Math.floor(i / 9), Math.floor((i % 9) / 3), i % 3]
          const at = (channel * 6 + row + 3 * Math.floor(patch / 2)) * 6 + column + 3 * (patch % 2)
          const pixel = ((x[item * 108 + at]! + 1) / 2 - means![channel]!) / deviations![channel]!
          sum += pixel * view('embeddings.patch_embedding.weight')[out * 27 + i]!
        }
        return sum
      }),
    )
    const tokens = [Array.from(view('embeddings.class_embedding')), ...patches].map((token, place) =>
      token.map((value, i) => value + view('embeddings.position_embedding.weight')[place * 6 + i]!),
    )
    const first = tokens.map((token) => plainNorm(view, 'pre_layrnorm', token))
    return plainLayers(view, first, 2, { act: quickGelu, causal: false })
  })

  test('is that of loops over plain numbers', () => {
    const { hidden, pooled } = encode()
    expect(
      distance(
        hidden,
        states.flatMap((each) => each[2]!.flat()),
      ),
    ).toBeLessThan(1e-5)
    const wholes = states.map((each) => plainNorm(view, 'post_layernorm', each[2]![0]!))
    const projection = layout.view(flat, 'visual_projection.weight')
    const projected = wholes.flatMap((whole) =>
      [0, 1, 2].map((i) => whole.reduce((sum, value, j) => sum + value * projection[i * 6 + j]!, 0)),
    )
    expect(distance(pooled, projected)).toBeLessThan(1e-5)
    expect(distance(encode(clipVisionModel(config)).pooled, wholes.flat())).toBeLessThan(1e-5)
  })

  test('without the last layer', () => {
    const { hidden, pooled } = encode(encoder, { skip: 1 })
    expect(
      distance(
        hidden,
        states.flatMap((each) => each[1]!.flat()),
      ),
    ).toBeLessThan(1e-5)
    expect(pooled).toEqual(encode().pooled)
  })
})

test('it has the names and numbers of the published encoders', () => {
  // ViT-L/14 with its projection: 304 million
  const large = imageEncoderFromConfig('CLIPVisionModelWithProjection', {
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    patch_size: 14,
    projection_dim: 768,
  })
  expect([large.length, large.width, large.pooledWidth]).toEqual([257, 1024, 768])
  const parameters = imageEncoderParameters(large)
  expect(parameters.size).toBe(303_966_208)
  const names = parameters.specs.map(({ name }) => name).filter((name) => !name.includes('layers.'))
  expect(names).toEqual([
    'vision_model.embeddings.class_embedding',
    'vision_model.embeddings.patch_embedding.weight',
    'vision_model.embeddings.position_embedding.weight',
    'vision_model.pre_layrnorm.weight',
    'vision_model.pre_layrnorm.bias',
    'vision_model.post_layernorm.weight',
    'vision_model.post_layernorm.bias',
    'visual_projection.weight',
  ])
})

test.each([
  [{ patch_size: 4 }, /image_size is 6, expected a multiple of patch_size = 4/],
  [{ num_attention_heads: 4 }, /hidden_size is 6, expected a multiple of num_attention_heads = 4/],
  [{ rope: true }, /unknown option rope/],
])('%o is refused', (wrong, message) => {
  expect(() => imageEncoderFromConfig('CLIPVisionModel', { ...config, ...wrong })).toThrow(message)
})

test('pictures of another size are refused', () => {
  expect(() => encoder.encode(new Scope(), input('x', [1, 3, 6, 8]))).toThrow('CLIPVisionModelWithProjection: x')
  expect(() => encode(encoder, { skip: 2 })).toThrow('skip 2 of 2 layers')
  expect(() => imageEncoderFromConfig('ViTModel', {})).toThrow('expected one of PictureEncoder, CLIPVisionModel')
})
