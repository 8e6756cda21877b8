/** What training on captions refuses, and what it decides: without training anything. */
import { describe, expect, it } from 'vitest'
import { preparingInMemory } from '../../../src/app/prepare.ts'
import { specificationOf } from '../../../src/app/specification.ts'
import { problemOf } from '../../../src/app/train.ts'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { scenesDataset } from '../../../src/files/data/builtin/scenes.ts'
import type { TrainSpec } from '../../../src/families/values/spec.ts'
import { parseSpec } from '../../../src/families/values/parse-spec.ts'
import { wordEncoder } from '../../../src/compiled/words-part.ts'
import { textEncoderFromConfig } from '../../../src/engine/nn/text-encoder-registry.ts'
import { textEncoderParameters } from '../../../src/engine/nn/text-encoder.ts'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import { key } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { wordCaptionTokenizer } from '../../../src/files/text/word-captions.ts'
import type { OptionValues } from '../../../src/options.ts'

const engine = await nodeEngine()
const setting = preparingInMemory({ engine, own: {}, threads: 1 })
const scenes = scenesDataset(40, key(0))
const small = { captions: true, steps: 1, batch: 4, widths: [8, 16], textWidth: 16, textLayers: 1 }
const decided = async (options: OptionValues, data = scenes) => {
  const { spec, dataset } = await specificationOf(data, options, setting)
  return { spec: spec as TrainSpec, dataset }
}

describe('the specification', () => {
  it('has the places, the vocabulary and the encoder of the captions, and survives its file', async () => {
    const { spec } = await decided(small)
    const { captions, network } = spec
    expect(network.className).toBe('UNet2DConditionModel')
    const config = captions!.encoder.config as { readonly length: number; readonly vocab_size: number }
    expect(network.config).toMatchObject({
      context_length: config.length,
      context_nothing: true,
      cross_attention_dim: 16,
    })
    const words = new Set(scenes.captions!.flat().flatMap((text) => text.toLowerCase().match(/\w+|[^\s\w]/g) ?? []))
    expect(config.vocab_size).toBe(words.size + 3)
    expect(captions).toMatchObject({ dropout: 0.1, guidance: 3 })
    expect(parseSpec(JSON.parse(JSON.stringify(spec)), 'spec')).toEqual(spec)
  })

  it('lets strong noise count for captions, and takes other noise and weights as they are asked for', async () => {
    const { spec } = await decided(small)
    expect(spec.noise).toEqual({ schedule: 'cosine', shift: 4 })
    expect(spec.objective).toMatchObject({ weighting: 'sigmoid', weightingOptions: { bias: -3 } })
    const other = await decided({ ...small, noise: 'squaredcos_cap_v2', weightingBias: 2 })
    expect(other.spec.noise).toMatchObject({ table: 'squaredcos_cap_v2' })
    expect(other.spec.objective).toMatchObject({ weightingOptions: { bias: 2 } })
    const { spec: plain } = await decided(
      { steps: 1, batch: 4, widths: [8, 16] },
      createDataset({ ...scenes, captions: undefined }),
    )
    expect(plain.noise).toMatchObject({ table: 'squaredcos_cap_v2' })
    expect(plain.objective.weightingOptions).toBeUndefined()
  })

  it.each([
    [{ captions: true }, createDataset({ ...scenes, captions: undefined }), /has no captions/],
    [{ captionDropout: 0.2 }, scenes, /`captionDropout` is for training on captions/],
    [
      { captions: true, captionDropout: 0, captionGuidance: 2 },
      scenes,
      /`captionGuidance` needs captions that are left out/,
    ],
    [{ captions: true, network: 'UNet2DModel' }, scenes, /context|takes no words|conditions/],
    [{ captions: true, tokenizer: 'vocab' }, scenes, /nothing is read by name here/],
  ])('refuses %o', async (options, data, message) => {
    await expect(decided({ steps: 1, batch: 4, ...options }, data)).rejects.toThrow(message)
  })

  it('refuses to go on with captions that have other words', async () => {
    const { spec } = await decided(small)
    const other = createDataset({ ...scenes, captions: scenes.captions!.map(() => ['a photo of a cat']) })
    await expect(problemOf(spec, other)).rejects.toThrow(/other words than those that this run began with/)
  })
})

describe('batches', () => {
  it('are functions of the step, and leave captions out', async () => {
    const { spec, dataset } = await decided({ ...small, batch: 40, captionDropout: 0.5 })
    const problem = await problemOf(spec, dataset)
    expect(Object.keys(problem.parts)).toEqual(['unet', 'text_encoder'])
    const [a, b] = [problem.emptyBatch(), problem.emptyBatch()]
    problem.fill(a, 3)
    problem.fill(b, 2)
    problem.fill(b, 3)
    expect(b.feeds).toEqual(a.feeds)
    expect(a.feeds).not.toHaveProperty('context')
    const length = a.feeds['tokens']!.length / 40
    // an empty caption is start and end alone
    const empty = Array.from({ length: 40 }, (_, j) => a.feeds['tokens']![j * length + 1] === 2)
    const share = empty.filter(Boolean).length
    expect(share).toBeGreaterThan(8)
    expect(share).toBeLessThan(32)
  })

  it('of a frozen encoder are vectors that were worked out before', async () => {
    const words = [
      ...new Set(scenes.captions!.flat().flatMap((text) => text.toLowerCase().match(/\w+|[^\s\w]/g) ?? [])),
    ]
    const tokenizer = wordCaptionTokenizer(words, 24)
    const encoder = textEncoderFromConfig('CaptionEncoder', {
      vocab_size: tokenizer.vocabulary,
      length: 24,
      hidden_size: 16,
      num_layers: 1,
      silent_tokens: [0, 1, 2],
    })
    const layout = textEncoderParameters(encoder)
    const given = wordEncoder({ encoder, layout, weights: initialize(layout, key(1)) }, tokenizer)
    const few = { captions: true, steps: 1, batch: 4, widths: [8, 16], textEncoder: given }
    const { spec, dataset } = await decided(few)
    expect(spec.captions!.frozen!.sum).toMatch(/^[0-9a-f]{16}$/)
    const problem = await problemOf(spec, dataset)
    expect(Object.keys(problem.parts)).toEqual(['unet'])
    const batch = problem.emptyBatch()
    problem.fill(batch, 0)
    expect(batch.feeds['context']).toHaveLength(4 * 24 * 17)
    expect(batch.feeds['context']!.some((value) => value !== 0)).toBe(true)
    // keywords in another order are other texts: the encoder is then a part of the graph
    const varied = await decided({ ...few, shuffleKeywords: true })
    const other = await problemOf(varied.spec, varied.dataset)
    expect(Object.keys(other.parts)).toEqual(['unet', 'text_encoder'])
    expect(other.parts['text_encoder']!.learns).toBe(false)
    await expect(problemOf(spec, scenes)).rejects.toThrow(/comes with the prepared data/)
  }, 60_000)
})
