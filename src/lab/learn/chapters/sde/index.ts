/** Stochastic differential equations: forward, backward, and the flow without noise. */
import type { Chapter } from '../../chapter.ts'
import { correctorFigure } from './corrector.ts'
import { flowFigure } from './flow.ts'
import { forwardFigure } from './forward.ts'
import { likelihoodFigure } from './likelihood.ts'
import { reverseFigure } from './reverse.ts'
import { trainingFigure } from './training.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'sde',
  title: 'Stochastic differential equations',
  lead: 'With infinitely many noise levels the forward process is a stochastic differential equation. It can be run backwards, and it has a deterministic twin. Most samplers are solvers of one or the other.',
  sections: [
    {
      title: 'Forward',
      equations: [
        {
          tex: tex`\mathrm d x = f(t)\, x\, \mathrm d t + g(t)\, \mathrm d w, \qquad f = \live{drift}, \quad g^2 = \live{diffusion}`,
          says: 'Each equation has Gaussian transitions; schedule and equation determine each other.',
          code: `import { forwardSde, vpSchedule } from 'tweedie/noise'
import { fold, key, normal } from 'tweedie/random'
import { uniformTimes } from 'tweedie/sample'

const schedule = vpSchedule()
console.log(schedule.drift(0.4).toFixed(2), schedule.diffusion(0.4).toFixed(2)) // → -4.03 8.06
let draw = 0
const noise = (out: Float64Array) => void normal(fold(key(0), draw++), out)
let x = Float64Array.of(1.5)
for (const step of forwardSde(schedule, uniformTimes(120, { from: 0, to: 0.4 }), x, noise)) x = step.x`,
        },
        {
          tex: tex`m' = f m, \quad V' = 2 f V + g^2: \qquad m = \alpha_t x_0 = \live{mean}, \quad V = \sigma_t^2 = \live{variance}`,
          says: 'Mean and variance obey ordinary equations, whose solutions are the kernel.',
        },
      ],
      figure: forwardFigure,
    },
    {
      title: 'Time reversal',
      equations: [
        {
          tex: tex`\mathrm d x = \left[ f x - \tfrac12 (1 + \eta^2)\, g^2 \nabla \log p_t \right] \mathrm d t + \eta\, g\, \mathrm d \bar w \qquad = \live{drift}\, \mathrm d t + \live{noise}\, \mathrm d \bar w`,
          says: 'For every η it passes through the same marginals, backwards: η = 1 reverses the forward paths, η = 0 has no noise.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { vpSchedule } from 'tweedie/noise'
import { reverseSde, sampleFinal, uniformTimes } from 'tweedie/sample'

const components = [{ weight: 1, mean: [-1.2], covariance: 0.03 }, { weight: 2, mean: [0.9], covariance: 0.06 }]
const denoiser = mixtureDenoiser({ schedule: vpSchedule(), components })
const x = await sampleFinal(denoiser, { sampler: reverseSde({ eta: 1 }), times: uniformTimes(100, { to: 0.005 }), batch: 500, seed: 4 })
console.log(Math.abs(x.filter((value) => value < 0).length / 500 - 1 / 3) < 0.08) // → true`,
        },
      ],
      figure: reverseFigure,
    },
    {
      title: 'Training',
      equations: [
        {
          tex: tex`\mathrm E_t\, \lambda(t)\, \mathrm E \lVert s_\theta(x_t, t) + \varepsilon/\sigma_t \rVert^2, \qquad \lambda = \sigma_t^2 = \live{simple} \ \text{(simple)}, \qquad \lambda = g^2 = \live{likelihood} \ \text{(likelihood)}`,
          says: 'Half of the second bounds the negative log-likelihood, up to a constant.',
          code: `import { timeDistribution } from 'tweedie/denoise'
import { vpSchedule } from 'tweedie/noise'

const times = timeDistribution({ name: 'importance' }, vpSchedule())
const drawn = [0.1, 0.3, 0.5, 0.7, 0.9].map((u) => times.at(u)) // most of them near the data
console.log(drawn[2]! < 0.2) // → true`,
        },
        {
          tex: tex`t \sim \frac{g^2}{\sigma^2}: \qquad \frac{g^2}{\sigma_t^2} = \live{weight} \to \live{left}`,
          says: 'Times drawn in proportion to the weight leave a flat one, and a loss with less scatter.',
        },
      ],
      figure: trainingFigure,
    },
    {
      title: 'Predictor and corrector',
      equations: [
        {
          tex: tex`x \leftarrow x + \delta \nabla \log p_t + \sqrt{2\delta}\, z, \qquad \delta = 2 \left( r \frac{\lVert z \rVert}{\lVert \nabla \log p_t \rVert} \right)^2 = 2 \left( \live{snr} \cdot \frac{\live{z}}{\live{score}} \right)^2 = \live{delta}`,
          says: 'Langevin steps at a fixed time move any law towards p; the step size comes from the norms of noise and score.',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { vpSchedule } from 'tweedie/noise'
import { logSnrTimes, predictorCorrector, reverseSde, sampleFinal } from 'tweedie/sample'

const schedule = vpSchedule()
const denoiser = gaussianDenoiser({ schedule, mean: new Float64Array(16), covariance: 0.1 })
const sampler = predictorCorrector({ predictor: reverseSde(), corrections: 1, snr: 0.16 })
const x = await sampleFinal(denoiser, { sampler, times: logSnrTimes(schedule, 20), batch: 100 })
console.log(x.length) // → 1600`,
        },
        {
          tex: tex`W_1(\text{samples}, p) = \live{distance}, \qquad \text{without corrections } \live{without}`,
          says: 'The distance of the samples from what they should be: what corrections mend.',
        },
      ],
      figure: correctorFigure,
    },
    {
      title: 'The probability flow',
      equations: [
        {
          tex: tex`\frac{\mathrm d x}{\mathrm d t} = f x - \tfrac12 g^2 \nabla \log p_t(x) = \live{byScore} \qquad \text{(first coordinate)}`,
          says: 'At η = 0 what remains is an ordinary differential equation with the marginals of the diffusion.',
        },
        {
          tex: tex`\frac{\mathrm d x}{\mathrm d t} = \alpha_t' \hat x_0(x, t) + \sigma_t' \hat\varepsilon(x, t) = \live{byGuesses}`,
          says: 'The same, without a division by σ: move signal and noise as the schedule says, with the best guesses of both.',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { vpSchedule } from 'tweedie/noise'
import { adaptiveOde, sampleFinal } from 'tweedie/sample'

const denoiser = gaussianDenoiser({ schedule: vpSchedule(), mean: [1, -1], covariance: [1, 0.5, 0.5, 2] })
const x = Float64Array.of(0.4, -1.1)
const solved = await sampleFinal(denoiser, { sampler: adaptiveOde({ relative: 1e-8, absolute: 1e-8 }), times: [1, 0.01], x })
const exact = denoiser.flow(x, 1, 0.01) // of a Gaussian the flow has a closed form
console.log(solved.every((value, i) => Math.abs(value - exact[i]!) < 1e-6)) // → true`,
        },
      ],
      figure: flowFigure,
    },
    {
      title: 'Exact likelihood',
      equations: [
        {
          tex: tex`\log p_0(x_0) = \log p_T(x_T) + \int_0^T \nabla \cdot v(x_t, t)\, \mathrm d t \qquad = \live{end} + (\live{integral}) = \live{found}`,
          says: 'Along a flow a density changes as much as the flow spreads. The solver carries the integral along.',
          code: `import { analyticDivergence, mixtureDenoiser } from 'tweedie/denoise'
import { odeLikelihood } from 'tweedie/likelihood'
import { vpSchedule } from 'tweedie/noise'

const components = [{ mean: [-1, 0], covariance: 0.3 }, { mean: [1, 0.5], covariance: [0.4, 0.2] }]
const denoiser = analyticDivergence(mixtureDenoiser({ schedule: vpSchedule(), components }))
const data = Float64Array.of(0.3, -0.2)
const { logDensity } = await odeLikelihood(denoiser, data, { prior: (x, t) => denoiser.logDensity(x, t) })
console.log(Math.abs(logDensity[0]! - denoiser.logDensity(data, 0)[0]!) < 1e-3) // → true`,
        },
        { tex: tex`\log p_0(x_0) = \live{truth}`, says: 'The truth, in closed form.' },
      ],
      figure: likelihoodFigure,
    },
  ],
}
