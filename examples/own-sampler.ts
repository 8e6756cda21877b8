/**
 * An own sampler: every step goes to the posterior mean and adds fresh noise of the next level, as consistency models
 * are sampled. It works with any model; here with the exact denoiser of a Gaussian, so that the answer is known.
 *
 *     npx tsx examples/own-sampler.ts
 */
import { denoise, noise, sample } from 'tweedie'

export const renoise = sample.defineSampler({
  name: 'renoise',
  order: 1,
  stochastic: true,
  evaluations: 1,
  use: 'few steps of models that know their data well',
  paper: 'https://arxiv.org/abs/2303.01469',
  async *run({ denoiser, times, x, noise: source, context }: sample.SamplingProblem) {
    const { schedule } = denoiser
    const z = x.slice()
    for (let index = 0; index < times.length - 1; index++) {
      const [t, s] = [times[index]!, times[index + 1]!]
      const denoised = await denoiser.denoise(x, t, context)
      source(z, index, 0)
      for (let i = 0; i < x.length; i++) x[i] = schedule.alpha(s) * denoised[i]! + schedule.sigma(s) * z[i]!
      yield { index, total: times.length - 1, t, s, x, denoised }
    }
  },
})

const denoiser = denoise.gaussianDenoiser({ schedule: noise.cosineSchedule(), mean: [2], covariance: 0.25 })
const times = sample.uniformTimes(40)
const drawn = await sample.sampleFinal(denoiser, { sampler: renoise, times, batch: 4000, seed: 1 })
const mean = Array.from(drawn).reduce((sum, each) => sum + each / drawn.length, 0)
console.log(`renoise: mean ${mean.toFixed(3)}, exactly 2`)
