/** Several encoders side by side, as expressions; networks for longer texts. */
import { describe, expect, test } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { configOfContextLength } from '../../../src/engine/nn/context-length.ts'
import { parametersOf } from '../../../src/engine/nn/index.ts'
import { networkFromConfig } from '../../../src/engine/nn/registry.ts'
import { contextSpec, textContext } from '../../../src/engine/nn/text-context.ts'

const plain = { className: 'A', length: 2, width: 2 }
const masked = { className: 'B', length: 2, width: 2, masked: true }

describe('the vectors of encoders', () => {
  const codes = [{ hidden: input('a', [1, 2, 2]) }, { hidden: input('b', [1, 2, 2]) }]
  const feeds = { a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5, 1, 0, 0) }
  const made = (encoders: (typeof plain)[], nothing?: boolean) => {
    const spec = contextSpec(encoders, nothing)
    return [spec.size, ...evaluate([textContext(encoders, codes.slice(0, encoders.length), spec)], feeds)[0]!.data]
  }

  test('lie side by side', () => {
    expect(made([plain])).toEqual([2, 1, 2, 3, 4])
    expect(made([plain], true)).toEqual([2, 1, 2, 1, 3, 4, 1])
    expect(made([plain, masked])).toEqual([3, 1, 2, 5, 1, 3, 4, 0, 1])
    expect(made([plain, masked], false)).toEqual([3, 1, 2, 5, 3, 4, 0])
  })

  test('have flags where all have', () => {
    const both = [masked, masked]
    const [{ data }] = evaluate([textContext(both, codes, contextSpec(both))], {
      ...feeds,
      a: Float32Array.of(7, 0, 8, 0),
    })
    expect([...data]).toEqual([7, 5, 1, 8, 0, 0])
  })

  test('must have as many places each', () => {
    expect(() => contextSpec([plain, { ...masked, length: 3 }])).toThrow('A has 2, B 3')
    expect(() => contextSpec([])).toThrow('a text needs an encoder')
  })
})

test('a network takes longer texts with the same parameters', () => {
  const network = networkFromConfig('UNet2DConditionModel', {
    sample_size: 4,
    in_channels: 1,
    out_channels: 1,
    down_block_types: ['CrossAttnDownBlock2D'],
    up_block_types: ['CrossAttnUpBlock2D'],
    block_out_channels: [8],
    layers_per_block: 1,
    norm_num_groups: 4,
    attention_head_dim: 2,
    cross_attention_dim: 6,
  })
  const longer = networkFromConfig(network.className, configOfContextLength(network, 154))
  expect([network, longer].map(({ conditions }) => conditions['context'])).toMatchObject([
    { length: 77 },
    { length: 154 },
  ])
  expect(parametersOf(longer).specs).toEqual(parametersOf(network).specs)
  expect(() => configOfContextLength(networkFromConfig('MLP', { input_shape: [2] }), 10)).toThrow(
    'this MLP takes no text',
  )
  const conditions = {
    context: { kind: 'sequence', length: 4, size: 2 } as const,
    pose: { kind: 'vector', size: 3 } as const,
  }
  expect(configOfContextLength({ className: 'DiT', config: { conditions }, conditions }, 8)).toEqual({
    conditions: { context: { kind: 'sequence', length: 8, size: 2 }, pose: { kind: 'vector', size: 3 } },
  })
})
