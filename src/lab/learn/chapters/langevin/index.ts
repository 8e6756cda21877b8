/** Langevin dynamics: samples from a score, where it fails, and annealing. */
import type { Chapter } from '../../chapter.ts'
import { annealingFigure } from './annealing.ts'
import { biasFigure } from './bias.ts'
import { clustersFigure } from './clusters.ts'
import { valleyFigure } from './valley.ts'
import { walkFigure } from './walk.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'langevin',
  title: 'Langevin dynamics',
  lead: 'A score is enough to draw samples: walk uphill, and add noise so that you do not stay on top. Between modes far apart this takes for ever; noise that is lowered slowly takes the valleys away.',
  sections: [
    {
      title: 'A walk',
      equations: [
        {
          tex: tex`x \leftarrow x + \delta \nabla \log p(x) + \sqrt{2\delta}\, z, \qquad \lVert \delta \nabla \log p \rVert = \live{push}, \quad \sqrt{2\delta} = \live{kick}`,
          says: 'Uphill, and a kick. For small δ and many steps x is a draw from p, wherever it started.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { timeOfNoiseLevel, veSchedule } from 'tweedie/noise'
import { langevin } from 'tweedie/sample'

const schedule = veSchedule({ sigmaMin: 0.01, sigmaMax: 10 })
const mixture = mixtureDenoiser({ schedule, components: [{ mean: [0.9, 0.6], covariance: 0.4 }, { mean: [-0.9, -0.5], covariance: 0.3 }] })
const options = { t: timeOfNoiseLevel(schedule, 0.1), steps: 120, stepSize: 0.03, convention: 'full', x: Float64Array.of(-2.6, 2.2) } as const
let last = options.x
for await (const { x } of langevin(mixture, options)) last = Float64Array.from(x)
console.log(last.length) // → 2`,
        },
      ],
      figure: walkFigure,
    },
    {
      title: 'Two conventions, and a bias',
      equations: [
        {
          tex: tex`x + \tfrac12 a \nabla \log p + \sqrt a\, z \quad \text{(half)}, \qquad x + \delta \nabla \log p + \sqrt{2\delta}\, z \quad \text{(full)}, \qquad a = 2\delta = \live{a}`,
          says: 'The same step is written in two ways; the library asks which one is meant.',
        },
        {
          tex: tex`V \to (1 - \delta)^2 V + 2\delta, \qquad V_\infty = \frac1{1 - \delta/2} = \live{limit}, \quad V_{60} = \live{variance}`,
          says: 'On N(0, 1) the law can be worked out: with finite steps it is a little too wide.',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { veSchedule } from 'tweedie/noise'
import { langevin } from 'tweedie/sample'

const schedule = veSchedule({ sigmaMin: 0.1, sigmaMax: 1 })
const denoiser = gaussianDenoiser({ schedule, mean: [0], covariance: 1 - 0.1 ** 2 }) // with its noise, N(0, 1)
const options = { t: 0, steps: 100, stepSize: 0.4, convention: 'full', batch: 5000, dtype: 'float64' } as const
let variance = 0
for await (const { x } of langevin(denoiser, options)) variance = x.reduce((sum, value) => sum + value ** 2 / x.length, 0)
console.log(Math.abs(variance - 1 / (1 - 0.4 / 2)) < 0.1) // → true`,
        },
      ],
      figure: biasFigure,
    },
    {
      title: 'Where it fails',
      equations: [
        {
          tex: tex`\text{steps to cross} \sim e^{\Delta \log p} = e^{\live{drop}} = \live{crossing}`,
          says: 'A valley that is lower by Δ log p is crossed about once in as many steps.',
        },
        {
          tex: tex`\nabla \log (w_1 p_1 + w_2 p_2) \approx \nabla \log p_1 = \live{score} \approx \live{other}`,
          says: 'Near one mode the score does not know the other’s weight: walkers sort into modes by where they started.',
        },
      ],
      figure: valleyFigure,
    },
    {
      title: 'Plain and annealed',
      equations: [
        {
          tex: tex`w_1 = \live{share}: \qquad \text{Langevin } \live{plain}, \qquad \text{annealed } \live{annealed}`,
          says: 'Noise that merges the modes and is then lowered settles the shares while crossing is easy.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { timeOfNoiseLevel, veSchedule } from 'tweedie/noise'
import { annealedLangevin, logSnrTimes, sampleFinal } from 'tweedie/sample'

const schedule = veSchedule({ sigmaMin: 0.01, sigmaMax: 10 })
const components = [{ weight: 0.2, mean: [-2], covariance: 0.15 }, { weight: 0.8, mean: [2], covariance: 0.15 }]
const samples = await sampleFinal(mixtureDenoiser({ schedule, components }), {
  sampler: annealedLangevin({ stepsPerLevel: 10 }),
  times: logSnrTimes(schedule, 16, { from: timeOfNoiseLevel(schedule, 6), to: timeOfNoiseLevel(schedule, 0.15), final: 'sigma-min' }),
  batch: 500,
})
const left = samples.filter((x) => x < 0).length / 500
console.log(Math.abs(left - 0.2) < 0.1) // → true`,
        },
      ],
      figure: clustersFigure,
    },
    {
      title: 'Annealing, level by level',
      equations: [
        {
          tex: tex`x \leftarrow x + \tfrac12 a_i\, s_\theta(x, \sigma_i) + \sqrt{a_i}\, z, \qquad a_i = \epsilon\, \frac{\sigma_i^2}{\sigma_L^2} = \live{a}, \quad \sigma_i = \live{sigma}, \quad \epsilon/\sigma_L^2 = \live{ratio}`,
          says: 'A step size in proportion to σ² moves the walkers of every level by the same part of σ.',
        },
      ],
      figure: annealingFigure,
    },
    {
      title: 'Training it',
      equations: [
        {
          tex: tex`x = x_0 + \sigma_i \varepsilon, \qquad \sigma_i^2 \lVert s_\theta(x, \sigma_i) + \varepsilon/\sigma_i \rVert^2`,
          says: 'The network behind it is trained by denoising score matching over the same levels.',
        },
      ],
      figure: { why: 'The loss and its weights move in the chapter on score matching, under “Many levels at once”.' },
    },
  ],
}
