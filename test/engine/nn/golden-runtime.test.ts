import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { parametersOf, Scope, unet2d, unet2dCondition } from '../../../src/engine/nn/index.ts'
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

describe.runIf(existsSync('../shared/golden/tiny-sd'))('the compiled U-Net of Stable Diffusion class', () => {
  it.each(['constants', 'inputs'])('gives the noise of PyTorch, weights as %s', async (weights) => {
    const network = unet2dCondition(goldenConfig('tiny-sd'))
    const layout = parametersOf(network)
    const flat = layout.fromMap(goldenTensors('tiny-sd', 'unet/diffusion_pytorch_model.safetensors'))
    const reference = goldenTensors('tiny-sd', 'reference.safetensors')
    const [context, latents, expected] = ['prompt_embeds', 'latents', 'noise_pred_t981'].map(
      (name) => reference.get(name)!.data,
    )
    const y = network.build(new Scope(), {
      x: input('x', [2, 4, 16, 16]),
      t: input('t', [2]),
      conditions: { context: input('context', [2, 77, 8]) },
    })
    const parameters = parameterFeeds(layout, flat)
    const constants = weights === 'constants' ? new Map(Object.entries(parameters)) : new Map()
    using program = await compile({ y }, await nodeEngine(), { threads: 1, constants })
    const x = Float32Array.from([...latents!, ...latents!])
    const feeds = { x, t: Float32Array.of(981, 981), context: context! }
    const result = await program.run(weights === 'constants' ? feeds : { ...parameters, ...feeds })
    expect(distance(result['y']!, expected!)).toBeLessThan(1e-5)
  })
})
