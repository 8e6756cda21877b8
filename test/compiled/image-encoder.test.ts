/** Image encoders of folders, compiled. */
import { describe, expect, test } from 'vitest'
import { imageEncoderOf, imageEncoderPart } from '../../src/compiled/image-encoder-part.ts'
import { compiledImageEncoder } from '../../src/compiled/image-encoder.ts'
import { input } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/evaluate.ts'
import { imageEncoderFromConfig } from '../../src/engine/nn/image-encoder-registry.ts'
import { imageEncoderParameters } from '../../src/engine/nn/image-encoder.ts'
import { Scope } from '../../src/engine/nn/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { distance, parameterFeeds, random } from '../engine/nn/run.ts'

const partOf = (className: string, config: object) => {
  const encoder = imageEncoderFromConfig(className, config)
  const layout = imageEncoderParameters(encoder)
  return { encoder, layout, weights: random(className, layout.size).map((each) => each * 0.3) }
}
const clip = partOf('CLIPVisionModelWithProjection', {
  hidden_size: 8,
  intermediate_size: 12,
  projection_dim: 3,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  image_size: 8,
  patch_size: 4,
})
const ours = partOf('PictureEncoder', { sample_size: 8, block_out_channels: [8, 8], hidden_size: 5 })

describe.each([
  ["CLIP's", clip, 'transformers'],
  ['one of ours', ours, 'tweedie'],
] as const)('%s', (_, part, library) => {
  test('is a part of a folder, and again an encoder', () => {
    const written = imageEncoderPart(part)
    expect(written.library).toBe(library)
    const again = imageEncoderOf(written)
    expect([again.encoder.config, again.weights]).toEqual([part.encoder.config, part.weights])
    const older = new Map([
      ...written.weights,
      ['vision_model.embeddings.position_ids', { shape: [1, 5], data: new Float32Array(5) }],
    ])
    if (library === 'transformers') expect(imageEncoderOf({ ...written, weights: older }).weights).toEqual(part.weights)
    else expect(() => imageEncoderOf({ ...written, weights: older })).toThrow('position_ids: unknown')
  })

  test('computes what the plain interpreter does, picture by picture', async () => {
    using made = compiledImageEncoder(part, await nodeEngine(), { batch: 3 })
    const x = random('pictures', 2 * 192)
    const { hidden, pooled } = await made.encode(x)
    const code = part.encoder.encode(new Scope(), input('x', [2, 3, 8, 8]))
    const [h, p] = evaluate([code.hidden, code.pooled], { ...parameterFeeds(part.layout, part.weights), x })
    expect(distance(hidden, h!.data)).toBeLessThan(1e-4)
    expect(distance(pooled, p!.data)).toBeLessThan(1e-4)
    const second = await made.encode(x.subarray(192))
    expect(distance(second.pooled, pooled.subarray(part.encoder.pooledWidth))).toBeLessThan(1e-5)
    await expect(made.encode(new Float32Array(100))).rejects.toThrow('100 numbers for the image encoder')
  })
})
