/** Flow matching: velocities learnt by regression, and that they are diffusion's. */
import type { Chapter } from '../../chapter.ts'
import { averageFigure } from './average.ts'
import { pairsFigure } from './pairs.ts'
import { sameFigure } from './same.ts'
import { samplingFigure } from './sampling.ts'
import { shiftFigure } from './shift.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'flow-matching',
  title: 'Flow matching',
  lead: 'A generative model can be a velocity field: start at noise, follow the arrows, arrive at data. Such models used to be trained by solving the equation and differentiating through the solver. Flow matching trains the same model by regression.',
  sections: [
    {
      title: 'Velocities',
      equations: [
        {
          tex: tex`x_t = (1 - t)\, x_0 + t\, \varepsilon = \live{x}, \qquad u_t = \varepsilon - x_0 = \live{velocity}`,
          says: 'For one pair of a data point and a noise vector the answer is trivial: a straight line, passed at one velocity.',
          code: `import { jump, rectifiedFlow } from 'tweedie/noise'

const schedule = rectifiedFlow()
const [x0, noise] = [Float64Array.of(1.2), Float64Array.of(-0.4)]
console.log(jump(schedule, 0.25, x0, noise)[0]!.toFixed(2)) // → 0.80
console.log(schedule.alphaRate(0.25), schedule.sigmaRate(0.25)) // → -1 1`,
        },
      ],
      figure: pairsFigure,
    },
    {
      title: 'The field is an average',
      equations: [
        {
          tex: tex`v(x, t) = \mathrm E[u_t \mid x_t = x] = \live{v} \approx \live{found}`,
          says: 'The conditional mean carries the marginals of all pairs together: average the continuity equations, and the fluxes add up.',
        },
        {
          tex: tex`L = \mathrm E \lVert v_\theta(x_t, t) - (\varepsilon - x_0) \rVert^2`,
          says: 'A conditional mean is what regression finds.',
          code: `import { flowMatching } from 'tweedie/denoise'
import { input, mul } from 'tweedie/graph'

const [x0, epsilon, t] = [input('x0', [64, 2]), input('epsilon', [64, 2]), input('t', [64])]
const velocity = (x: typeof x0) => mul(x, 0.5) // stands for a network
const loss = flowMatching(velocity, { x0, epsilon, t }) // a graph; its gradients train the network`,
        },
      ],
      figure: averageFigure,
    },
    {
      title: 'The same thing as diffusion',
      equations: [
        {
          tex: tex`v = \alpha_t' \mathrm E[x_0 \mid x_t] + \sigma_t' \mathrm E[\varepsilon \mid x_t] = \live{byGuesses}`,
          says: 'Noise and data prediction determine the velocity: it is one more parametrisation, on any schedule.',
        },
        {
          tex: tex`v = f x - \tfrac12 g^2 \nabla \log p_t = \live{byScore}`,
          says: 'It is the probability flow of the diffusion with the same marginals. What differs is the schedule, the weighting, and the solver one reaches for first.',
          code: `import { mixtureDenoiser, predictionOfSample } from 'tweedie/denoise'
import { rectifiedFlow } from 'tweedie/noise'

const schedule = rectifiedFlow()
const denoiser = mixtureDenoiser({ schedule, components: [{ mean: [-1], covariance: 0.1 }, { mean: [1], covariance: 0.2 }] })
const [x, t] = [Float64Array.of(0.4), 0.6]
const mean = denoiser.denoise(x, t)
const velocity = predictionOfSample('flow', schedule, t, mean, x)[0]!
const score = predictionOfSample('score', schedule, t, mean, x)[0]!
const flow = schedule.drift(t) * x[0]! - (schedule.diffusion(t) / 2) * score
console.log(Math.abs(velocity - flow) < 1e-12) // → true`,
        },
      ],
      figure: sameFigure,
    },
    {
      title: 'Sampling',
      equations: [
        {
          tex: tex`x_{t - h} = x_t - h\, v(x_t, t) \qquad = \live{x} - \live{h} \cdot (\live{v}) = \live{next}`,
          says: 'Euler’s method in t itself. On rectified flow it is the same step as DDIM’s: both move along the line through the two guesses.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { rectifiedFlow } from 'tweedie/noise'
import { ddim, euler, sampleFinal, uniformTimes } from 'tweedie/sample'

const denoiser = mixtureDenoiser({ schedule: rectifiedFlow(), components: [{ mean: [-1], covariance: 0.1 }, { mean: [1] }] })
const options = { times: uniformTimes(7), x: Float64Array.of(-0.7, 0.2, 1.3) }
const straight = await sampleFinal(denoiser, { sampler: euler({ clock: 'time' }), ...options })
const implicit = await sampleFinal(denoiser, { sampler: ddim(), ...options })
console.log(straight.every((value, i) => Math.abs(value - implicit[i]!) < 1e-12)) // → true`,
        },
      ],
      figure: samplingFigure,
    },
    {
      title: 'Larger images',
      equations: [
        {
          tex: tex`\frac{\sigma}{\alpha} \to k\, \frac{\sigma}{\alpha} = \live{level}, \qquad t \to \frac{k t}{1 + (k - 1) t} = \live{warped}`,
          says: 'Large images keep more of their signal under the same noise, since neighbouring pixels tell the same story.',
          code: `import { rectifiedFlow, shifted } from 'tweedie/noise'

console.log(shifted(rectifiedFlow(), 3).sigma(0.5).toFixed(3)) // → 0.750`,
        },
      ],
      figure: shiftFigure,
    },
    {
      title: 'Likelihood',
      equations: [
        {
          tex: tex`\log p_0(x_0) = \log p_1(x_1) + \int_0^1 \nabla \cdot v(x_t, t)\, \mathrm d t`,
          says: 'A flow’s likelihood is exact.',
        },
      ],
      figure: {
        why: 'The integral along a path moves in the chapter on stochastic differential equations, under “Exact likelihood”; training by it in “Continuous flows”.',
      },
    },
  ],
}
