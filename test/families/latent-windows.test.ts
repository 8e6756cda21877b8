/** Windows of codes: what is observed of decoded trajectories decides their codes, and with a linear decoder all of it is known. */
import { array, assert, float, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fit } from '../../src/app/node/fit.ts'
import {
  decoderNoise,
  differentiableGaussian,
  exactPosterior,
  mmps,
  sigmaOfCodes,
} from '../../src/diffusion/guidance/index.ts'
import { linearOperator, observation, sparseOperator } from '../../src/diffusion/measure/index.ts'
import { cosineSchedule } from '../../src/diffusion/noise/index.ts'
import { dpmSolver, logSnrTimes, sampleFinal } from '../../src/diffusion/sample/index.ts'
import { fold, key } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Setting } from '../../src/families/family.ts'
import { latentFolderOf, type LatentModel, latentOf } from '../../src/families/latent/model.ts'
import { assimilate } from '../../src/families/latent/windows/assimilate.ts'
import { toStates, toWindows } from '../../src/families/latent/windows/code-windows.ts'
import { decodedTrajectory } from '../../src/families/latent/windows/decoded-trajectory.ts'
import type { VaeModel } from '../../src/families/vae/model.ts'
import type { ModelFolder } from '../../src/files/io/model-folder.ts'
import { createTrajectory } from '../../src/files/data/trajectory.ts'
import { memoryStore } from '../../src/tools/eval/store.ts'

test('windows are their states in another order', () => {
  const numbers = array(float({ noNaN: true }), { minLength: 1, maxLength: 8 })
  assert(
    property(integer({ min: 1, max: 3 }), integer({ min: 1, max: 4 }), numbers, (channels, states, some) => {
      const windows = Float32Array.from({ length: 2 * channels * states * 6 }, (_, i) => some[i % some.length]! + i)
      const shape = [channels, 2, 3]
      expect(toWindows(toStates(windows, shape, states), shape, states)).toEqual(windows)
    }),
  )
  // the second state begins with its first channel
  const windows = Float32Array.of(0, 1, 10, 11)
  expect([...toStates(windows, [2, 1, 1], 2)]).toEqual([0, 10, 1, 11])
})

describe('a linear decoder, and a Gaussian of codes', () => {
  const [T, rho, s] = [3, 0.8, 0.3]
  // two numbers of a code to a field of 2 × 2
  const matrix = [
    [1, 0.2],
    [0.4, -0.8],
    [-0.5, 0.6],
    [0.3, 1.1],
  ]
  const decoder = linearOperator({
    from: [2, 1, 1],
    to: [1, 2, 2],
    forward: (z) => matrix.map((row) => row[0]! * z[0]! + row[1]! * z[1]!),
    adjoint: (v) => [0, 1].map((j) => matrix.reduce((sum, row, i) => sum + row[j]! * v[i]!, 0)),
  })
  // codes [c, T]: two channels that know nothing of each other, each a chain
  const covariance = Float64Array.from({ length: 36 }, (_, at) => {
    const [i, j] = [Math.floor(at / 6), at % 6]
    return Math.floor(i / T) === Math.floor(j / T) ? rho ** Math.abs(i - j) : 0
  })
  const seen = [
    { indices: [0], weights: [1] },
    { indices: [4 + 1, 4 + 3], weights: [0.5, 0.5] },
    { indices: [4 + 2], weights: [1] },
  ]
  const operator = sparseOperator({ name: 'stations', from: [1, T, 2, 2], to: [3] }, seen)
  const [y, sigma] = [Float64Array.of(0.9, -0.4, 0.7), [0.2, 0.2, 0.2]]
  // the third state was not observed
  const onCodes = decodedTrajectory(operator, { ...decoder, to: [1, 2, 2] }, T, [0, 1])

  test('fields that follow from codes and the noise of the decoder are draws of the exact posterior', async () => {
    const schedule = cosineSchedule()
    const prior = differentiableGaussian({ schedule, mean: new Float64Array(6), covariance, shape: [2, T, 1, 1] })
    const squares = seen.map(({ weights }) => weights.reduce((sum, w) => sum + w * w, 0))
    const measured = observation(onCodes, y, sigmaOfCodes(sigma, s, squares))
    const count = 400
    const codes = await sampleFinal(mmps(prior, measured, { iterations: 4 }), {
      sampler: dpmSolver({ equation: 'sde' }),
      times: logSnrTimes(schedule, 32),
      batch: count,
      seed: 2,
      dtype: 'float64',
    })
    const whole = linearOperator({ from: [1, T, 2, 2], to: [1, T, 2, 2], forward: (x) => x, adjoint: (v) => v })
    const means = await decodedTrajectory(whole, decoder, T, [0, 1, 2]).forward(codes)
    const fields = new Float64Array(count * 12)
    for (let i = 0; i < count; i++) {
      const mean = means.subarray(i * 12, (i + 1) * 12)
      const noise = await decoderNoise(observation(operator, y, sigma), { mean, s, stream: fold(key(4), i) })
      noise.forEach((each, k) => (fields[i * 12 + k] = mean[k]! + each))
    }
    // x ~ N(0, D C Dᵀ + s² I)
    const joint = Float64Array.from({ length: 144 }, (_, at) => {
      const [a, b] = [Math.floor(at / 12), at % 12]
      const [t, u] = [Math.floor(a / 4), Math.floor(b / 4)]
      const same = matrix[a % 4]!.reduce((sum, w, c) => sum + w * matrix[b % 4]![c]!, 0)
      return rho ** Math.abs(t - u) * same + (a === b ? s ** 2 : 0)
    })
    const [exact] = exactPosterior([{ mean: new Float64Array(12), covariance: joint }], observation(operator, y, sigma))
    for (let k = 0; k < 12; k++) {
      const own = Array.from({ length: count }, (_, i) => fields[i * 12 + k]!)
      const mean = own.reduce((sum, each) => sum + each / count, 0)
      const variance = own.reduce((sum, each) => sum + (each - mean) ** 2 / count, 0)
      const real = exact!.covariance[k * 13]!
      expect(Math.abs(mean - exact!.mean[k]!)).toBeLessThan(4 * Math.sqrt(real / count) + 0.02)
      expect(Math.abs(variance / real - 1)).toBeLessThan(0.35)
    }
  })
  test('derivatives are those of the decoder, and states that are not seen have none', async () => {
    const z = new Float64Array(6)
    const u = Float64Array.of(1, 2, 3, -1, 0.5, 4)
    const v = Float64Array.of(0.3, -1, 2)
    const [forward, back] = [await onCodes.pushforward(z, u), await onCodes.pullback(z, v)]
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, each, i) => sum + each * b[i]!, 0)
    expect(dot(forward, v)).toBeCloseTo(dot(u, back), 12)
    expect([back[2], back[5]]).toEqual([0, 0])
  })
})

test('autoencoder, windows of its codes, folder, ensemble: longer than a window, the same for the same seed', async () => {
  const engine = await nodeEngine()
  const length = 14
  const parts = {
    name: 'waves',
    variables: [{ name: 'h' }, { name: 'u' }],
    grid: [5, 6] as const,
    states: Float32Array.from({ length: length * 60 }, (_, i) => 4 + Math.sin(i / 7)),
    times: Float64Array.from({ length }, (_, i) => i),
    step: 1,
    dated: false,
  }
  const data = createTrajectory(parts)
  const small = { batch: 4, seed: 1, threads: 1 }
  const vae = await fit<VaeModel>(data, { ...small, model: 'vae', latent: 2, widths: [4, 4], steps: 2 })
  expect(vae.meta.data).toMatchObject({ kind: 'fields', shape: [2, 5, 6] })
  expect(vae.autoencoder.latentShape).toEqual([2, 3, 3])
  const asked = { ...small, latents: vae, window: 3, widths: [8], depth: 1, steps: 2 }
  const trained = await fit<LatentModel>(data, asked)
  const { network, ...folder } = latentFolderOf(trained)
  const model = latentOf({ ...folder, network, components: folder.components! } as unknown as ModelFolder)
  expect(model.meta.data).toMatchObject({ latents: { shape: [2, 3, 3, 3] }, fields: { step: 1 } })
  const setting = { engine, own: {}, store: memoryStore(), provenance: {}, threads: 1 } as unknown as Setting
  const observations = [
    { time: 1.5, dated: false, place: { row: 2, column: 2.5 }, variable: 'h', value: 4.5, sigma: 0.1, line: 2 },
  ]
  const drawn = { count: 2, length: 5, steps: 3, iterations: 1, seed: 3, batch: 2 }
  const ensemble = await assimilate(model, { observations }, drawn, setting)
  expect([ensemble.values.length, ensemble.grid, ensemble.how['draw']]).toEqual([2 * 5 * 60, [5, 6], 'sample'])
  expect(ensemble.values.every(Number.isFinite)).toBe(true)
  const smooth = await assimilate(model, { observations }, { ...drawn, count: 1, draw: 'mean' }, setting)
  // the same codes, without the noise of the decoder
  const apart = smooth.values.reduce((sum, value, i) => sum + (value - ensemble.values[i]!) ** 2 / 300, 0)
  const width = (model.autoencoder.law.sigma! * model.autoencoder.scale.affine!.scale[0]!) ** 2
  expect(apart / width).toBeGreaterThan(0.5)
  expect(apart / width).toBeLessThan(1.5)
  const renamed = createTrajectory({ ...parts, variables: [{ name: 'h' }, { name: 'v' }] })
  await expect(fit(renamed, asked)).rejects.toThrow('encodes h, u, and waves has h, v')
  await expect(fit(data, { ...asked, joint: true })).rejects.toThrow('`joint` is not for windows of fields')
})
