/** Weights of a model in a network that is trained further. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { weightsFor } from '../../src/compiled/weights-for.ts'
import { initialize, parametersOf, unet2d } from '../../src/engine/nn/index.ts'
import type { UNet2DConfig } from '../../src/engine/nn/index.ts'
import { key } from '../../src/engine/random/index.ts'

const tiny: UNet2DConfig = {
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 4,
}
const build = (config: Partial<UNet2DConfig> = {}) => {
  const network = unet2d({ ...tiny, ...config })
  const layout = parametersOf(network)
  return { network, layout, initial: initialize(layout, key(7)) }
}
const { network, layout, initial } = build()
const trained = initialize(layout, key(1))
const named = (prefix = '') => new Map([...layout.toMap(trained)].map(([name, array]) => [prefix + name, array]))

test('weights come back whatever stands before all names', () => {
  const segment = fc.stringMatching(/^[a-z_]{1,8}$/).filter((name) => name !== '')
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 3 }), (segments) => {
      const prefix = segments.map((each) => `${each}.`).join('')
      const { weights, notes } = weightsFor(network, layout, named(prefix), initial)
      expect(weights).toEqual(trained)
      expect(notes).toEqual(prefix === '' ? [] : [`all names of weights begin with ${prefix}, which is left out`])
    }),
    { numRuns: 20 },
  )
})

test('names of old files are understood', () => {
  const old = new Map([...named()].map(([name, array]) => [name.replace('.to_q.', '.query.'), array]))
  expect(weightsFor(network, layout, old, initial).weights).toEqual(trained)
})

describe('classes', () => {
  const classes = build({ num_class_embeds: 3 })

  test('of another number begin anew, and that is said', () => {
    const two = build({ num_class_embeds: 2 })
    const { weights, notes } = weightsFor(two.network, two.layout, classes.layout.toMap(classes.initial), two.initial)
    const at = (model: typeof two, flat: Float32Array, name: string) => [...model.layout.view(flat, name)]
    expect(at(two, weights, 'class_embedding.weight')).toEqual(at(two, two.initial, 'class_embedding.weight'))
    expect(at(two, weights, 'conv_in.weight')).toEqual(at(classes, classes.initial, 'conv_in.weight'))
    expect(notes).toEqual(["class_embedding.weight is initialised again: [2, 16] is wanted, the model's is [3, 16]"])
  })

  test('that the model or the network does not have, too', () => {
    const begun = weightsFor(classes.network, classes.layout, named(), classes.initial)
    expect(begun.notes).toEqual([
      "class_embedding.weight is initialised again: [3, 16] is wanted, the model's is missing",
    ])
    const left = weightsFor(network, layout, classes.layout.toMap(classes.initial), initial)
    expect(left.notes).toEqual(['class_embedding.weight is left out: the network has no classes'])
  })
})

test('what does not fit is listed, and nothing else is done', () => {
  const wide = build({ block_out_channels: [4, 16] })
  expect(() => weightsFor(wide.network, wide.layout, named(), wide.initial)).toThrow(
    expect.objectContaining({
      code: 'model',
      message: expect.stringMatching(/\d+ weights of the model do not fit.*expected shape/),
    }),
  )
  const more = new Map([...named(), ['extra.weight', { shape: [1], data: new Float32Array(1) }]])
  expect(() => weightsFor(network, layout, more, initial)).toThrow('extra.weight: unknown')
})
