/** DDIM: the same marginals with less noise, sub-sequences, and the equation behind them. */
import type { Chapter } from '../../chapter.ts'
import { clippedFigure } from './clipped.ts'
import { etaFigure } from './eta.ts'
import { familyFigure } from './family.ts'
import { levelFigure } from './level.ts'
import { roundTripFigure } from './round-trip.ts'
import { slerpFigure } from './slerp.ts'
import { sequencesFigure } from './sub-sequences.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'ddim',
  title: 'DDIM',
  lead: 'The training loss of DDPM looks at the marginals alone, never at the joint law of the steps. So the same network serves any process with the same marginals. DDIM chooses a family of them in which the noise is a dial.',
  sections: [
    {
      title: 'A family with the same marginals',
      equations: [
        {
          tex: tex`q_c(x_s \mid x_t, x_0) = \mathcal N \left( \alpha_s x_0 + \sqrt{\sigma_s^2 - c^2} \cdot \frac{x_t - \alpha_t x_0}{\sigma_t},\; c^2 I \right), \qquad c = \eta \sqrt{\tilde\beta} = \live{c}`,
          says: 'The fraction is the noise of the later state; a part of it is kept, the rest is drawn anew.',
        },
        {
          tex: tex`\mathrm E\, x_s = \alpha_s x_0 = \live{mean}, \qquad \mathrm{Var}\, x_s = (\sigma_s^2 - c^2) + c^2 = \live{variance}`,
          says: 'Whatever c is, the earlier state has the right marginal.',
          code: `import { cosineSchedule } from 'tweedie/noise'
import { ddim } from 'tweedie/sample'

const [stage] = ddim({ eta: 0.5 }).plan(cosineSchedule(), [0.6, 0.36]).steps[0]!.stages
const { x, history, noise } = stage! // weights of the state, of the data, of fresh noise
const variance = (x * cosineSchedule().sigma(0.6)) ** 2 + noise![0]! ** 2
console.log(Math.abs(variance - cosineSchedule().sigma(0.36) ** 2) < 1e-12, history.length) // → true 1`,
        },
      ],
      figure: familyFigure,
    },
    {
      title: 'The sampler',
      equations: [
        {
          tex: tex`x_s = \alpha_s \hat x_0 + \sqrt{\sigma_s^2 - c^2}\, \hat\varepsilon + c z \qquad = \live{alphaS} \cdot (\live{mean}) + \live{along} \cdot (\live{noise}) + \live{c} \cdot (\live{z}) \qquad = \live{next}`,
          says: 'Remove the noise as far as known, then go back to the noise level of time s along it.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'
import { ddim, faintTimes, sampleFinal } from 'tweedie/sample'

const schedule = cosineSchedule()
const components = [{ weight: 1, mean: [-1.2], covariance: 0.03 }, { weight: 2, mean: [0.9], covariance: 0.06 }]
const denoiser = mixtureDenoiser({ schedule, components })
const x = await sampleFinal(denoiser, { sampler: ddim({ eta: 0 }), times: faintTimes(schedule, 20, { from: 0.999 }), batch: 300 })
console.log(x.length) // → 300`,
        },
        {
          tex: tex`\hat\varepsilon = \frac{x_t - \alpha_t \hat x_0}{\sigma_t} = \live{noise}`,
          says: 'The noise that the posterior mean implies.',
        },
      ],
      figure: etaFigure,
    },
    {
      title: 'Any sub-sequence',
      equations: [
        {
          tex: tex`\live{first} = \tau_0 > \tau_1 > \ldots > \tau_{n-1} = \live{last} > 0, \qquad n = \live{steps}`,
          says: 'Nothing needs neighbouring levels. The sequence is an argument, a plain array of numbers.',
          code: `import { namedTable } from 'tweedie/noise'
import { quadraticTimes, tableTimes, uniformTimes } from 'tweedie/sample'

console.log(uniformTimes(4)) // → [ 1, 0.75, 0.5, 0.25, 0 ]
console.log(quadraticTimes(4)) // → [ 1, 0.5625, 0.25, 0.0625, 0 ]
console.log(tableTimes(namedTable('linear'), 4, { spacing: 'trailing' })) // → [ 1, 0.75, 0.5, 0.25, 0 ]`,
        },
      ],
      figure: sequencesFigure,
    },
    {
      title: 'The equation behind it',
      equations: [
        {
          tex: tex`y_s = y_t + (\rho_s - \rho_t)\, \hat\varepsilon \qquad = \live{y} + (\live{next} - \live{rho}) \cdot (\live{noise}) = \live{euler}, \qquad y = x/\alpha, \quad \rho = \sigma/\alpha`,
          says: 'The deterministic step, divided by α, is Euler’s method for dy/dρ = ε̂: the probability flow in other variables.',
          code: `import { cosineSchedule } from 'tweedie/noise'
import { ddim, euler, uniformTimes } from 'tweedie/sample'

const times = uniformTimes(10, { from: 0.95, to: 0.05 })
const weights = (sampler: ReturnType<typeof ddim>) => JSON.stringify(sampler.plan(cosineSchedule(), times))
console.log(weights(euler()) === weights(ddim())) // → true`,
        },
      ],
      figure: levelFigure,
    },
    {
      title: 'Encode and decode',
      equations: [
        {
          tex: tex`x_0 \to x_T \to x_0', \qquad \lVert x_0' - x_0 \rVert \le \live{error}`,
          says: 'An equation can be solved in both directions: rising times encode, falling times decode.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'
import { ddim, sampleFinal, uniformTimes } from 'tweedie/sample'

const components = [{ mean: [-1], covariance: 0.1 }, { mean: [1], covariance: 0.2 }]
const denoiser = mixtureDenoiser({ schedule: cosineSchedule(), components })
const times = uniformTimes(100, { from: 0.99, to: 0.01 })
const x = Float64Array.of(-1.3, 0.6)
const latent = await sampleFinal(denoiser, { sampler: ddim(), times: times.toReversed(), x })
const back = await sampleFinal(denoiser, { sampler: ddim(), times, x: latent })
console.log(back.every((value, i) => Math.abs(value - x[i]!) < 0.1)) // → true`,
        },
      ],
      figure: roundTripFigure,
    },
    {
      title: 'Interpolate',
      equations: [
        {
          tex: tex`\mathrm{slerp}(a, b; u) = \frac{\sin((1 - u) \theta)}{\sin \theta} a + \frac{\sin(u \theta)}{\sin \theta} b, \qquad \theta = \live{theta}`,
          says: 'Along the sphere a latent keeps its length.',
          code: `import { key, normal } from 'tweedie/random'
import { slerp } from 'tweedie/sample'

const [a, b] = ['a', 'b'].map((name) => normal(key(name), new Float64Array(784))) as [Float64Array, Float64Array]
const middle = slerp(a, b, 0.5)
console.log(Math.abs(Math.hypot(...middle) / 28 - 1) < 0.1) // → true`,
        },
        {
          tex: tex`\frac{\lVert \mathrm{slerp} \rVert}{\sqrt d} = \live{arc}, \qquad \frac{\lVert (1 - u) a + u b \rVert}{\sqrt d} = \live{straight}`,
          says: 'The middle of a straight line is shorter by √2, and decodes to something blurred.',
        },
      ],
      figure: slerpFigure,
    },
    {
      title: 'A clipped denoiser',
      equations: [
        {
          tex: tex`x_t = \alpha_t \hat x_0 + \sigma_t \hat\varepsilon: \qquad \live{x} \;\text{ and }\; \live{sum}`,
          says: 'Images lie in [−1, 1], so the mean is often clipped. Noise that follows from the clipped mean keeps this true; the network’s own does not.',
          code: `import { clipped, mixtureDenoiser } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'
import { ddim, faintTimes, sampleFinal } from 'tweedie/sample'

const schedule = cosineSchedule()
const denoiser = clipped(mixtureDenoiser({ schedule, components: [{ mean: [-1.2], covariance: 0.03 }, { mean: [0.9], covariance: 0.06 }] }))
const x = await sampleFinal(denoiser, { sampler: ddim({ direction: 'network' }), times: faintTimes(schedule, 20, { from: 0.999 }), batch: 100 })
console.log(x.every((value) => Math.abs(value) <= 1)) // → true`,
        },
      ],
      figure: clippedFigure,
    },
  ],
}
