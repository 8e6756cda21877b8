/** Inverse problems: draws given a measurement. */
import type { Chapter } from '../../chapter.ts'
import { covariance } from './covariance.ts'
import { dpsFigure } from './dps.ts'
import { edit } from './edit.ts'
import { operatorsFigure } from './operators.ts'
import { paint } from './paint.ts'
import { plane } from './plane.ts'
import { proximalFigure } from './proximal.ts'
import { repaintFigure } from './repaint.ts'
import { ring } from './ring.ts'
import { score } from './score.ts'
import { spectral } from './spectral.ts'

const { raw } = String

/** What every example begins with: Gaussian data of two numbers, and a measurement of their sum. */
const given = `import { differentiableGaussian } from 'tweedie/guidance'
import { matrixOperator, observation } from 'tweedie/measure'
import { cosineSchedule } from 'tweedie/noise'

const prior = differentiableGaussian({ schedule: cosineSchedule(), mean: [0, 0], covariance: [1, 0.8, 0.8, 1] })
const observed = observation(matrixOperator({ from: [2] }, [1, 1]), Float64Array.of(1.5), 0.3)
`

export const chapter: Chapter = {
  name: 'inverse-problems',
  title: 'Inverse problems',
  lead: 'Something was measured: a picture with a hole, out of focus, too small. A model of the data is to draw what may have been there, without being trained again.',
  sections: [
    {
      title: 'A measurement that you paint',
      equations: [
        {
          tex: raw`y = A(x_0) + n, \qquad p(x_0 \mid y) \propto p(x_0)\, p(y \mid x_0): \qquad \live{across},\ \live{down},\ \live{clouds}`,
          says: 'What was measured and what is likely, together: the three numbers are the textures’ shares given what is painted.',
          code: `import { maskOperator, observation } from 'tweedie/measure'

const seen = new Uint8Array(100)
seen[22] = seen[52] = 1
const operator = maskOperator([1, 10, 10], seen)
const observed = observation(operator, Float64Array.of(0.8, -0.8), 0.1)
console.log(operator.to) // → [ 2 ]`,
        },
      ],
      figure: paint,
    },
    {
      title: 'The score of a measurement',
      equations: [
        {
          tex: raw`\mathrm E[x_0 \mid x_t, y] = D + \frac{\sigma_t^2}{\alpha_t} \nabla_{x_t} \log p(y \mid x_t), \qquad \frac{\sigma_t^2}{\alpha_t} = \live{factor}`,
          says: 'Bayes’ rule adds a term to the score, and by Tweedie’s formula to the posterior mean D.',
          code: `${given}import { mmps } from 'tweedie/guidance'

const guided = mmps(prior, observed)
const mean = await guided.denoise(Float64Array.of(0.4, -1), 0.6)`,
        },
        {
          tex: raw`\nabla_{x_t} \log p(y \mid x_t) \approx J^{\top} A^{\top} \qquad {} (\Sigma_y + A C A^{\top})^{-1} (y - A D), \qquad \text{off by } \live{mmpsError} \text{ with } C = \tfrac{\sigma_t^2}{\alpha_t} J, \qquad \live{pigdmError} \text{ with } r_t^2 I`,
          says: 'Take the data given x_t for a Gaussian of covariance C. Each method is an answer to what C is, and what is done about J.',
        },
      ],
      figure: score,
    },
    {
      title: 'Measurements are three maps',
      equations: [
        {
          tex: raw`y = A(x) \in \mathbb R^{\live{measured}}, \qquad \frac{\langle A x, v \rangle - \langle x, A^{\top} v \rangle}{\lVert A x \rVert \lVert v \rVert} = \live{adjoint}`,
          says: 'A measurement is A, its derivative along a direction, and the transpose of that; of a matrix the last can be checked.',
          code: `import { adjointError, motionBlur } from 'tweedie/measure'

const blur = motionBlur([1, 16, 16], 6, 45)
const y = blur.forward(new Float64Array(256).fill(1))
console.log(adjointError(blur) < 1e-12) // → true`,
        },
      ],
      figure: operatorsFigure,
    },
    {
      title: 'MMPS and ΠGDM: which covariance',
      equations: [
        {
          tex: raw`C_{\mathrm{MMPS}} = \frac{\sigma_t^2}{\alpha_t} \frac{\partial \mathrm E[x_0 \mid x_t]}{\partial x_t} = \live{C}`,
          says: 'Tweedie’s formula once more: the covariance of the data given x_t is the derivative of their mean. For Gaussian data nothing is approximated.',
          code: `${given}import { mmps } from 'tweedie/guidance'

const guided = mmps(prior, observed, { iterations: 3 })`,
        },
        {
          tex: raw`C_{\Pi\mathrm{GDM}} = r_t^2 I, \qquad r_t^2 = \frac{c s^2}{c + s^2} = \live{r2}, \qquad s = \sigma_t/\alpha_t`,
          says: 'The covariance of white data with variance c. Where data vary less, the measurement is trusted too little.',
          code: `${given}import { piGdm } from 'tweedie/guidance'

const guided = piGdm(prior, observed, { dataVariance: 1 })`,
        },
      ],
      figure: covariance,
    },
    {
      title: 'DPS: a mean for the data',
      equations: [
        {
          tex: raw`x_s = \mathrm{DDPM}(x_t) - \zeta \nabla_{x_t} \lVert y - A(D) \rVert, \qquad \zeta = \live{zeta}: \ \text{deviation } \live{deviation} \text{ for } \live{truthDeviation}`,
          says: 'C = 0, as if the data were known to be their mean; then a step of a length that is tuned, in which σ_y does not occur.',
          code: `${given}import { dps } from 'tweedie/guidance'
import { sampleFinal, uniformTimes } from 'tweedie/sample'

const x = await sampleFinal(prior, { sampler: dps(observed, { zeta: 0.3 }), times: uniformTimes(50, { from: 0.99 }), batch: 4 })`,
        },
      ],
      figure: dpsFigure,
    },
    {
      title: 'DDRM and DDNM: direction by direction',
      equations: [
        {
          tex: raw`A = U S V^{\top}, \qquad \alpha_t \sigma_y / s_i \le \sigma_t \iff s_i \ge \live{threshold}: \ \live{better} \text{ directions}`,
          says: 'In its singular directions a measurement falls apart into numbers. What it knows better than the state replaces the guess, the rest pulls it a little.',
          code: `${given}import { ddrm } from 'tweedie/guidance'
import { sampleFinal, uniformTimes } from 'tweedie/sample'

const x = await sampleFinal(prior, { sampler: ddrm(observed), times: uniformTimes(30, { from: 0.99 }), batch: 4 })`,
        },
      ],
      figure: spectral,
    },
    {
      title: 'DiffPIR: a proximal step',
      equations: [
        {
          tex: raw`\hat x_0 = \arg\min_x \lVert y - A x \rVert^2_{\Sigma_y^{-1}} + \frac{\lambda}{s^2} \lVert x - D \rVert^2, \qquad r^2 = \frac{s^2}{\lambda} = \live{r2}`,
          says: 'Between denoising and noising again: the point that agrees with the mean and with the measurement. No derivative is needed.',
          code: `${given}import { diffPirSampler, proximal } from 'tweedie/guidance'
import { sampleFinal, uniformTimes } from 'tweedie/sample'

const denoiser = proximal(prior, observed, { lambda: 3 })
const x = await sampleFinal(denoiser, { sampler: diffPirSampler({ zeta: 1 }), times: uniformTimes(30, { from: 0.99 }), batch: 4 })`,
        },
      ],
      figure: proximalFigure,
    },
    {
      title: 'RePaint: back and forth',
      equations: [
        {
          tex: raw`A x_s \leftarrow \alpha_s y + \sigma_s z, \qquad \mathrm E[x_2 \mid x_1] = \live{exactMean}, \ \text{found } \live{mean}`,
          says: 'What is seen is noised alike and put in its place. Inside and outside were drawn apart, so noise is added again and the walk repeated.',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { repaint } from 'tweedie/guidance'
import { maskOperator, observation } from 'tweedie/measure'
import { cosineSchedule } from 'tweedie/noise'
import { sampleFinal, uniformTimes } from 'tweedie/sample'

const prior = gaussianDenoiser({ schedule: cosineSchedule(), mean: [0, 0], covariance: [1, 0.9, 0.9, 1] })
const known = observation(maskOperator([2], [1, 0]), Float64Array.of(1.5), 0)
const sampler = repaint(known, { resample: 5, jump: 5 })
const x = await sampleFinal(prior, { sampler, times: uniformTimes(30, { from: 0.999 }), batch: 4 })
console.log(Math.abs(x[0]! - 1.5) < 1e-5) // → true`,
        },
      ],
      figure: repaintFigure,
    },
    {
      title: 'SDEdit: no measurement at all',
      equations: [
        {
          tex: raw`x_{t_0} = \alpha_{t_0} x + \sigma_{t_0} z = \live{alpha}\, x + \live{sigma}\, z, \qquad t_0 = \live{strength}`,
          says: 'A drawing gets noise up to the time t₀, the strength, and the model walks back. What lies below that noise is the model’s.',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'
import { ddim, sampleFinal, uniformTimes } from 'tweedie/sample'

const schedule = cosineSchedule()
const [drawing, noise, t0] = [[1.2, -0.5], [0.3, 1.1], 0.4]
const x = Float64Array.from(drawing, (value, i) => schedule.alpha(t0) * value + schedule.sigma(t0) * noise[i]!)
const prior = gaussianDenoiser({ schedule, mean: [0, 0] })
const edited = await sampleFinal(prior, { sampler: ddim(), times: uniformTimes(20, { from: t0 }), x })`,
        },
      ],
      figure: edit,
    },
    {
      title: 'Nonlinear measurements',
      equations: [
        {
          tex: raw`y = \lVert x_0 \rVert + n, \qquad \frac{\partial A}{\partial x}^{\!\top} v = \frac{x}{\lVert x \rVert} v, \qquad \mathrm E \lVert x_0 \rVert = \live{radius} \text{ for } y = \live{y}`,
          says: 'Methods that ask for pushforward and pullback take any function of the graph; its derivatives are worked out symbolically.',
          code: `import { sqrt, square, sum } from 'tweedie/graph'
import { graphOperator } from 'tweedie/measure'

using radius = await graphOperator({ name: 'radius', from: [2], forward: (x) => sqrt(sum(square(x), 1)) })
const pulled = await radius.pullback(Float64Array.of(3, 4), Float64Array.of(1))
console.log([...pulled].map((each) => each.toFixed(1)).join()) // → 0.6,0.8`,
        },
      ],
      figure: ring,
    },
    {
      title: 'Held against the truth',
      equations: [
        {
          tex: raw`p(x_0 \mid y) = \sum_k w'_k\, \mathcal N(\mu'_k,\, C_k - G_k A C_k), \qquad \mu'_k = \mu_k + G_k (y - A \mu_k), \qquad w' = \live{w1},\ \live{w2},\ \live{w3}`,
          says: 'For a mixture of Gaussians the posterior is a mixture again, and every method can be held against it.',
          code: `import { drawMixture, exactPosterior } from 'tweedie/guidance'
import { matrixOperator, observation } from 'tweedie/measure'
import { key } from 'tweedie/random'

const groups = [
  { weight: 0.5, mean: [-1, 0], covariance: 0.1 },
  { weight: 0.5, mean: [1, 0], covariance: 0.1 },
]
const posterior = exactPosterior(groups, observation(matrixOperator({ from: [2] }, [1, 0]), Float64Array.of(1), 0.3))
const draws = drawMixture(posterior, 100, key(1))
console.log(posterior[1]!.weight > 0.99) // → true`,
        },
      ],
      figure: plane,
    },
  ],
}
