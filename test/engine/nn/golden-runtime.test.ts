import { describe, expect, it } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { parametersOf, Scope, unet2d } from '../../../src/engine/nn/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import { goldenConfig, goldenExists, goldenTensors } from './golden.ts'
import { distance, parameterFeeds } from './run.ts'

describe.runIf(goldenExists)('the compiled U-Net gives the reference output of PyTorch', () => {
  it.each([
    ['ddpm-digits-class', 'constants'],
    ['ddpm-rgb16', 'inputs'],
    ['ddpm-rgb16', 'constants'],
  ])('%s, weights as %s', async (model, weights) => {
    const network = unet2d(goldenConfig(model))
    const layout = parametersOf(network)
    const flat = layout.fromMap(goldenTensors(model, 'unet/diffusion_pytorch_model.safetensors'))
    const reference = goldenTensors(model, 'reference.safetensors')
    const [x, t, labels, output] = ['x', 't', 'class_labels', 'output'].map((name) => reference.get(name)?.data)
    const y = network.build(new Scope(), {
      x: input('x', [2, ...network.inputShape]),
      t: input('t', [2]),
      conditions: labels && { labels: input('labels', [2], 'int32') },
    })
    const parameters = parameterFeeds(layout, flat)
    const constants = weights === 'constants' ? new Map(Object.entries(parameters)) : new Map()
    using program = await compile({ y }, await nodeEngine(), { threads: 1, constants })
    const feeds = { x: x!, t: t!, ...(labels && { labels: Int32Array.from(labels) }) }
    const result = await program.run(weights === 'constants' ? feeds : { ...parameters, ...feeds })
    expect(distance(result['y']!, output!)).toBeLessThan(1e-4)
  })
})
