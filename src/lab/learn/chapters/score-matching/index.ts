/** Score matching: energies, Fisher divergence, and three ways round what is unknown. */
import type { Chapter } from '../../chapter.ts'
import { denoisingFigure } from './denoising.ts'
import { emptyFigure } from './empty.ts'
import { fieldFigure } from './field.ts'
import { lossesFigure } from './losses.ts'
import { probesFigure } from './probes.ts'
import { weightsFigure } from './weights.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'score-matching',
  title: 'Score matching',
  lead: 'How does one fit a density that one can only write down up to a constant? By matching its gradient, the score. It is what a denoiser knows, by Tweedie’s formula.',
  sections: [
    {
      title: 'Scores and denoisers',
      equations: [
        {
          tex: tex`s(x) = \nabla_x \log p(x) \qquad = -\nabla_x f(x) - \nabla_x \log Z = -\nabla_x f(x), \qquad s(\live{x}, \live{y}) = (\live{scoreX}, \live{scoreY})`,
          says: 'The score does not know the normaliser Z of a density.',
          code: `import { gradients, input, mul, square, sum } from 'tweedie/graph'

const x = input('x', [8, 2]) // the energy f = ½ ‖x‖², and the score −∇f, an expression of its own
const score = mul(-1, gradients(sum(mul(0.5, square(x))), [x])[0]!)
console.log(score.shape) // → [ 8, 2 ]`,
        },
        {
          tex: tex`\mathrm E[x_0 \mid x] = x + \sigma^2 \nabla \log p_\sigma(x) \qquad = (\live{meanX}, \live{meanY}), \qquad \sigma^2 = \live{variance}`,
          says: 'Tweedie’s formula: the arrow from a noisy point to its denoised mean is the score times σ².',
          code: `import { mixtureDenoiser, predictionOfSample } from 'tweedie/denoise'
import { timeOfNoiseLevel, veSchedule } from 'tweedie/noise'

const schedule = veSchedule({ sigmaMin: 0.01, sigmaMax: 10 })
const t = timeOfNoiseLevel(schedule, 0.5)
const mixture = mixtureDenoiser({ schedule, components: [{ mean: [1.3, 0.8], covariance: 0.1 }, { mean: [-1.4, 0.9], covariance: 0.1 }] })
const x = Float64Array.of(-0.4, 0.3)
const mean = mixture.denoise(x, t)
const score = predictionOfSample('score', schedule, t, mean, x)
console.log(Math.abs(x[0]! + 0.25 * score[0]! - mean[0]!) < 1e-12) // → true`,
        },
      ],
      figure: fieldFigure,
    },
    {
      title: 'Fisher divergence and its stand-ins',
      equations: [
        {
          tex: tex`F(\theta) = \tfrac12 \mathrm E \lVert s_\theta - \nabla \log p \rVert^2 = \live{fisher}`,
          says: 'The distance of two fields of scores; it can be computed only where the truth is known.',
        },
        {
          tex: tex`\mathrm E \left[ \operatorname{tr} \nabla_x s_\theta + \tfrac12 \lVert s_\theta \rVert^2 \right] = \live{explicit}, \qquad \mathrm E_v \mathrm E \left[ v^{\top} \nabla_x s_\theta v + \tfrac12 (v^{\top} s_\theta)^2 \right] = \live{sliced}`,
          says: 'Integration by parts takes the unknown score out; slicing takes the trace out.',
          code: `import { explicitScoreMatching, slicedScoreMatching } from 'tweedie/denoise'
import { input, mul } from 'tweedie/graph'

const x = input('x', [64, 2])
const v = input('v', [64, 2]) // random signs
const score = (at: typeof x) => mul(at, -1) // of N(0, I)
const losses = [explicitScoreMatching(score, x), slicedScoreMatching(score, x, v)] // expressions, to be minimised by gradients
console.log(losses.length) // → 2`,
        },
        {
          tex: tex`\tfrac12 \mathrm E \lVert s_\theta(x + \sigma \varepsilon) + \varepsilon/\sigma \rVert^2 = \live{denoising}, \qquad \text{and } \live{constant} \text{ at the truth}`,
          says: 'The loss of denoising differs from the Fisher divergence of the noisy density by a constant.',
        },
      ],
      figure: lossesFigure,
    },
    {
      title: 'Random directions',
      equations: [
        {
          tex: tex`\operatorname{tr} A = \mathrm E_v\, v^{\top} A v = \live{exact}, \qquad \mathrm E\, v v^{\top} = I`,
          says: 'One backward pass along a random direction is right on average, in any dimension.',
          code: `import { analyticDivergence, gaussianDenoiser } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'
import { key, rademacher } from 'tweedie/random'

const denoiser = analyticDivergence(gaussianDenoiser({ schedule: cosineSchedule(), mean: [0, 0], covariance: [1, 0.4, 0.4, 1] }))
const x = Float64Array.of(0.3, -0.2)
const { trace } = await denoiser.denoiseAndTrace(x, 0.5) // exact
const { trace: probed } = await denoiser.denoiseAndTrace(x, 0.5, rademacher(key(1), new Float64Array(2)))
console.log(trace.length, probed.length) // → 1 1`,
        },
        {
          tex: tex`\sqrt{\mathrm{Var}\, v^{\top} A v} = \live{signsDeviation}\ \text{(signs)}, \qquad \live{normalDeviation}\ \text{(normal numbers)}`,
          says: 'Signs scatter less: what lies on the diagonal they get exactly.',
        },
      ],
      figure: probesFigure,
    },
    {
      title: 'Denoising score matching',
      equations: [
        {
          tex: tex`\nabla_{\tilde x} \log q(\tilde x \mid x) = -\frac{\tilde x - x}{\sigma^2} = -\frac{\varepsilon}{\sigma}`,
          says: 'The score of the noise of one sample is known: it points back to its own data point.',
        },
        {
          tex: tex`\nabla \log p_\sigma(\tilde x) = \mathrm E \left[ -\varepsilon/\sigma \mid \tilde x \right] \qquad = (\live{scoreX}, \live{scoreY}) \approx (\live{meanX}, \live{meanY})`,
          says: 'The score of noisy data is the conditional mean of that, and regression finds conditional means.',
          code: `import { diracDenoiser, predictionOfSample } from 'tweedie/denoise'
import { timeOfNoiseLevel, veSchedule } from 'tweedie/noise'

const schedule = veSchedule({ sigmaMin: 0.01, sigmaMax: 10 })
const t = timeOfNoiseLevel(schedule, 0.8)
const data = diracDenoiser({ schedule, shape: [2], points: [-1.3, 0.6, 1.2, 0.9, 0.3, -1.3] })
const x = Float64Array.of(0.2, 0.1)
const score = predictionOfSample('score', schedule, t, data.denoise(x, t), x)
console.log(score.length) // → 2`,
        },
      ],
      figure: denoisingFigure,
    },
    {
      title: 'Empty regions',
      equations: [
        {
          tex: tex`\sigma^2\, \mathrm E_{p_\sigma} \lVert \hat s - \nabla \log p_\sigma \rVert^2 = \live{atData}, \qquad \sigma^2\, \mathrm E_{\text{plane}} \lVert \hat s - \nabla \log p_\sigma \rVert^2 = \live{anywhere}`,
          says: 'The loss is an expectation over the data: nothing asks the model to be right where they are not. Noise fills the plane.',
        },
      ],
      figure: emptyFigure,
    },
    {
      title: 'Many levels at once',
      equations: [
        {
          tex: tex`\sum_t \lambda(\sigma_t)\, \mathrm E \lVert s_\theta(x + \sigma_t \varepsilon, \sigma_t) + \varepsilon/\sigma_t \rVert^2, \qquad \lambda(\sigma) = \sigma^2 = \live{lambda}, \quad \mathrm E \lVert \varepsilon/\sigma \rVert^2 = \live{target}`,
          says: 'Small noise leaves empty space, large noise blurs the data: one network learns all levels. With λ = σ² it is DDPM’s simple loss.',
        },
        {
          tex: tex`\sigma^2 \cdot \mathrm E \lVert s + \varepsilon/\sigma \rVert^2 = \mathrm E\, \mathrm{Var}[x_0 \mid x]/\sigma^2 = \live{weightedBest}`,
          says: 'What even the true score leaves at this level.',
        },
      ],
      figure: weightsFigure,
    },
  ],
}
