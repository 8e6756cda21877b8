/**
 * Samplers without a network: the posterior of a mixture of two Gaussians is known, so each sampler's mistakes can be
 * seen. Prints how far a thousand samples are from the truth, by sampler and number of steps.
 *
 *     npx tsx examples/mixture.ts
 */
import { cosineSchedule } from '../src/diffusion/noise/index.ts'
import { mixtureDenoiser } from '../src/diffusion/denoise/index.ts'
import { ddim, ddpm, dpmSolver, heun, sampleFinal, uniformTimes } from '../src/diffusion/sample/index.ts'

const denoiser = mixtureDenoiser({
  schedule: cosineSchedule(),
  components: [
    { weight: 0.3, mean: [-1], covariance: 0.01 },
    { weight: 0.7, mean: [1], covariance: 0.04 },
  ],
})
const truth = { mean: 0.4, second: 0.3 * (1 + 0.01) + 0.7 * (1 + 0.04) }

console.log('sampler     steps  error of the mean  of the second moment')
for (const sampler of [ddpm(), ddim(), heun(), dpmSolver()]) {
  for (const steps of [5, 20, 80]) {
    const x = Float64Array.from(
      await sampleFinal(denoiser, { sampler, times: uniformTimes(steps, { from: 0.999 }), batch: 1000, seed: 1 }),
    )
    const moment = (power: number): number => x.reduce((sum, value) => sum + value ** power / x.length, 0)
    const errors = [moment(1) - truth.mean, moment(2) - truth.second].map((error) => error.toFixed(3).padStart(8))
    console.log(`${sampler.name.padEnd(10)} ${String(steps).padStart(5)} ${errors.join('            ')}`)
  }
}
