/** Files of adapters: the names of diffusers, of PEFT and of kohya; what is refused. */
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { ModelWeight } from '../../../src/files/io/component.ts'
import { type PartWeights, withAdapters } from '../../../src/files/io/lora/apply-lora.ts'
import { layerNames } from '../../../src/files/io/lora/layer-names.ts'
import { scaleOf } from '../../../src/files/io/lora/lora-file.ts'
import { decodeLora } from '../../../src/files/io/lora/read-lora.ts'
import { encodeKohya, encodePeft, type ModelLora } from '../../../src/files/io/lora/write-lora.ts'
import { readSafetensors, writeSafetensors } from '../../../src/files/io/safetensors.ts'
import { distance, random } from '../../engine/nn/run.ts'

const array = (name: string, shape: readonly number[]): ModelWeight => ({
  shape,
  data: random(
    name,
    shape.reduce((a, b) => a * b, 1),
  ),
})
const file = (tensors: Readonly<Record<string, readonly number[]>>) =>
  writeSafetensors(Object.fromEntries(Object.entries(tensors).map(([name, shape]) => [name, array(name, shape)])))

/** A small model of two text encoders. */
const shapes: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  unet: {
    'conv_in.weight': [4, 3, 3, 3],
    'down_blocks.0.attentions.0.proj_in.weight': [4, 4, 1, 1],
    'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.weight': [4, 4],
    'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0.weight': [4, 4],
    'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0.bias': [4],
    'down_blocks.0.resnets.0.conv1.weight': [4, 4, 3, 3],
    'down_blocks.0.resnets.1.conv1.weight': [4, 4, 3, 3],
    'down_blocks.1.attentions.1.transformer_blocks.0.ff.net.0.proj.weight': [8, 4],
    'up_blocks.0.attentions.0.proj_in.weight': [4, 4],
    'up_blocks.0.upsamplers.0.conv.weight': [4, 4, 3, 3],
    'up_blocks.1.upsamplers.0.conv.weight': [4, 4, 3, 3],
    'mid_block.attentions.0.proj_out.weight': [4, 4],
  },
  text_encoder: { 'text_model.encoder.layers.0.self_attn.q_proj.weight': [6, 6] },
  text_encoder_2: { 'text_model.encoder.layers.0.self_attn.q_proj.weight': [5, 5] },
}
const model: PartWeights = new Map(
  Object.entries(shapes).map(([part, of]) => [
    part,
    new Map(Object.entries(of).map(([name, shape]) => [name, array(part + name, shape)])),
  ]),
)
const lorasOf = (parts: readonly string[], rank: number): ModelLora[] =>
  parts.flatMap((part) =>
    Object.entries(shapes[part]!)
      .filter(([name]) => name.endsWith('.weight'))
      .map(([name, [out, ...rest]]) => ({
        part,
        layer: name.replace(/\.weight$/, ''),
        down: array(`a${part}${name}`, [rank, ...rest]),
        up: array(`b${part}${name}`, [out!, rank, ...rest.slice(1).map(() => 1)]),
      })),
  )

const flat = (parts: PartWeights): number[] =>
  [...parts.values()].flatMap((weights) => [...weights.values()].flatMap(({ data }) => [...data]))
const added = (bytes: Uint8Array, weight = 1) =>
  withAdapters(model, [{ file: decodeLora(bytes), weight, source: 'it' }])

test('files of both layouts come back, and mean the same change', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0.1, max: 8, noNaN: true }),
      fc.subarray(Object.keys(shapes), { minLength: 1 }),
      (rank, alpha, parts) => {
        const layers = lorasOf(parts, rank)
        const facts = { alpha, parts: Object.keys(shapes) }
        const [peft, kohya] = [encodePeft(layers, facts), encodeKohya(layers, facts)]
        const [a, b] = [decodeLora(peft), decodeLora(kohya)]
        expect([a.layout, b.layout]).toEqual(['peft', 'kohya'])
        expect(a.layers).toHaveLength(layers.length)
        expect(b.metadata).toMatchObject({ ss_network_dim: String(rank), ss_network_module: 'networks.lora' })
        for (const { name, down, alpha: own } of b.layers) {
          expect(own).toBe(Math.fround(alpha))
          expect(name).toMatch(/^lora_(unet|te1|te2)_/)
          expect(down.data.length).toBeGreaterThan(0)
        }
        expect(a.layers.every((layer) => scaleOf(layer) === 1)).toBe(true)
        expect(distance(flat(added(peft)), flat(added(kohya)))).toBeLessThan(1e-5)
        expect(distance(flat(added(peft)), flat(model))).toBeGreaterThan(1e-3)
        // taken away as strongly as it was added
        const both = withAdapters(
          model,
          [1, -1].map((weight) => ({ file: a, weight, source: 'it' })),
        )
        expect(distance(flat(both), flat(model))).toBeLessThan(1e-7)
      },
    ),
    { numRuns: 12 },
  )
})

test('weights that nothing adapts are the same arrays', () => {
  const bytes = encodePeft(lorasOf(['text_encoder'], 2), { alpha: 2 })
  const made = added(bytes)
  expect(made.get('unet')).toBe(model.get('unet'))
  expect(made.get('text_encoder')).not.toBe(model.get('text_encoder'))
})

describe("names of others' files", () => {
  const q = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q'
  const changedBy = (tensors: Readonly<Record<string, readonly number[]>>): string[] => {
    const made = added(file(tensors))
    return [...made].flatMap(([part, weights]) =>
      [...weights]
        .filter(([name, { data }]) => distance(data, model.get(part)!.get(name)!.data) > 0)
        .map(([name]) => `${part}/${name}`),
    )
  }

  it.each([
    ['PEFT', `unet.${q}.lora_A.weight`, `unet.${q}.lora_B.weight`],
    ['PEFT with the name of an adapter', `unet.${q}.lora_A.default.weight`, `unet.${q}.lora_B.default.weight`],
    ['PEFT of a network alone', `base_model.model.${q}.lora_A.weight`, `base_model.model.${q}.lora_B.weight`],
    [
      'processors',
      `unet.${q.replace('to_q', 'processor.to_q_lora')}.down.weight`,
      `unet.${q.replace('to_q', 'processor.to_q_lora')}.up.weight`,
    ],
    [
      'processors without the part',
      `${q.replace('to_q', 'processor.to_q_lora')}.down.weight`,
      `${q.replace('to_q', 'processor.to_q_lora')}.up.weight`,
    ],
    ['layers', `unet.${q}.lora.down.weight`, `unet.${q}.lora.up.weight`],
    [
      'kohya',
      `lora_unet_${q.replaceAll('.', '_')}.lora_down.weight`,
      `lora_unet_${q.replaceAll('.', '_')}.lora_up.weight`,
    ],
    [
      'kohya for SDXL',
      'lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q.lora_down.weight',
      'lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q.lora_up.weight',
    ],
  ])('%s', (_, down, up) => {
    expect(changedBy({ [down]: [2, 4], [up]: [4, 2] })).toEqual([`unet/${q}.weight`])
  })

  it('of the projection out of attention, of convolutions, of text encoders', () => {
    const out = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1'
    expect(
      changedBy({
        [`${out}.processor.to_out_lora.down.weight`]: [2, 4],
        [`${out}.processor.to_out_lora.up.weight`]: [4, 2],
      }),
    ).toEqual([`unet/${out}.to_out.0.weight`])
    expect(
      changedBy({
        'lora_unet_conv_in.lora_down.weight': [2, 3, 3, 3],
        'lora_unet_conv_in.lora_up.weight': [4, 2, 1, 1],
        'lora_unet_conv_in.alpha': [],
      }),
    ).toEqual(['unet/conv_in.weight'])
    const te = 'text_model.encoder.layers.0.self_attn.q_proj'
    const older = `text_encoder.${te.replace('q_proj', 'to_q_lora')}`
    expect(changedBy({ [`${older}.down.weight`]: [2, 6], [`${older}.up.weight`]: [6, 2] })).toEqual([
      `text_encoder/${te}.weight`,
    ])
    expect(
      changedBy({
        [`text_encoder.${te}.lora_linear_layer.down.weight`]: [2, 6],
        [`text_encoder.${te}.lora_linear_layer.up.weight`]: [6, 2],
      }),
    ).toEqual([`text_encoder/${te}.weight`])
    const te2 = `lora_te2_${te.replaceAll('.', '_')}`
    expect(changedBy({ [`${te2}.lora_down.weight`]: [2, 5], [`${te2}.lora_up.weight`]: [5, 2] })).toEqual([
      `text_encoder_2/${te}.weight`,
    ])
  })

  it("of a U-Net's authors, block by block", () => {
    const names = layerNames(new Map(Object.entries(shapes).map(([part, of]) => [part, Object.keys(of)])))
    const found = (name: string) => names.get(`lora_unet_${name}`)?.weight
    expect(found('input_blocks_0_0')).toBe('conv_in.weight')
    expect(found('input_blocks_1_0_in_layers_2')).toBe('down_blocks.0.resnets.0.conv1.weight')
    expect(found('input_blocks_2_0_in_layers_2')).toBe('down_blocks.0.resnets.1.conv1.weight')
    expect(found('input_blocks_5_1_transformer_blocks_0_ff_net_0_proj')).toBe(
      'down_blocks.1.attentions.1.transformer_blocks.0.ff.net.0.proj.weight',
    )
    expect(found('middle_block_1_proj_out')).toBe('mid_block.attentions.0.proj_out.weight')
    expect(found('output_blocks_0_1_proj_in')).toBe('up_blocks.0.attentions.0.proj_in.weight')
    // behind attention, or where there is none
    expect(found('output_blocks_2_2_conv')).toBe('up_blocks.0.upsamplers.0.conv.weight')
    expect(found('output_blocks_5_1_conv')).toBe('up_blocks.1.upsamplers.0.conv.weight')
  })

  it('of a model with one text encoder, which has no number', () => {
    const names = layerNames(new Map([['text_encoder', ['a.b.weight']]]))
    expect(names.get('lora_te_a_b')).toEqual({ part: 'text_encoder', weight: 'a.b.weight' })
    expect(
      Object.keys(
        readNames(
          encodeKohya([{ part: 'text_encoder', layer: 'a.b', down: array('a', [1, 2]), up: array('b', [2, 1]) }], {
            alpha: 1,
          }),
        ),
      ),
    ).toContain('lora_te_a_b.alpha')
  })
})

const readNames = (bytes: Uint8Array) => Object.fromEntries(readSafetensors(bytes).tensors)

describe('refusals', () => {
  const pair = { 'unet.conv_in.lora_A.weight': [2, 3, 3, 3], 'unet.conv_in.lora_B.weight': [4, 2, 1, 1] }

  it.each([
    ['DoRA', 'unet.conv_in.dora_scale'],
    ['DoRA', 'unet.conv_in.lora_magnitude_vector.weight'],
    ['LoHa', 'lora_unet_conv_in.hada_w1_a'],
    ['LoKr', 'lora_unet_conv_in.lokr_w1'],
    ['lora_mid', 'lora_unet_conv_in.lora_mid.weight'],
    ['OFT', 'lora_unet_conv_in.oft_blocks'],
    ['whole differences', 'lora_unet_conv_in.diff'],
    ['textual inversion', 'bundle_emb.cat.string_to_param.*'],
  ])('%s is named', (kind, name) => {
    expect(() => decodeLora(file({ ...pair, [name]: [2] }), 'it.safetensors')).toThrow(
      new RegExp(`it.safetensors: .*${kind}.*is not read here`),
    )
  })

  it('halves, other files, numbers that are none', () => {
    expect(() => decodeLora(file({ 'a.lora_A.weight': [2, 3] }))).toThrow(/a has no upper half/)
    expect(() => decodeLora(file({ 'a.lora_A.weight': [2, 3], 'a.lora_B.weight': [3, 4] }))).toThrow(
      /no two halves of one change/,
    )
    expect(() => decodeLora(file({ 'conv_in.weight': [2, 3] }))).toThrow(/not a file of low-rank adapters/)
    expect(() => decodeLora(file({ ...pair, 'conv_in.weight': [2, 3] }))).toThrow(
      /1 tensors belong to no adapter: conv_in.weight/,
    )
    expect(() => decodeLora(file({ ...pair, 'unet.conv_in.alpha': [2] }))).toThrow(/alpha must be one finite number/)
    expect(() => decodeLora(file({ ...pair, 'unet.conv_in.lora.down.weight': [2, 3, 3, 3] }))).toThrow(
      /two tensors for its lower half/,
    )
    expect(() => decodeLora(new Uint8Array(4))).toThrow(/too few for a header/)
  })

  it('adapters of another network are listed', () => {
    expect(() =>
      added(file({ ...pair, 'unet.none.lora_A.weight': [2, 3], 'unet.none.lora_B.weight': [3, 2] })),
    ).toThrow(/it: 1 of its 2 adapters do not fit the model: unet.none: unknown/)
    expect(() =>
      added(file({ 'unet.conv_in.lora_A.weight': [2, 5, 3, 3], 'unet.conv_in.lora_B.weight': [4, 2, 1, 1] })),
    ).toThrow(/\[4, 2, 1, 1\] times \[2, 5, 3, 3\] is no change of a weight \[4, 3, 3, 3\]/)
  })
})
