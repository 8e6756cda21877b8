/** Latent diffusion: the law of codes. */
import type { Chapter } from '../../chapter.ts'
import { arc } from './arc.ts'
import { cost } from './cost.ts'
import { mixed } from './mixed.ts'
import { prior } from './prior.ts'
import { scale } from './scale.ts'
import { walkFigure } from './walk.ts'

const { raw } = String

export const chapter: Chapter = {
  name: 'latent-diffusion',
  title: 'Latent diffusion',
  lead: 'Most of a picture’s numbers say what its eye does not see. An autoencoder puts what matters into a code of far fewer numbers, and a diffusion learns the law of codes in the place of a normal one.',
  sections: [
    {
      title: 'Two stages, and the scale of codes',
      equations: [
        {
          tex: raw`m = \mathrm E \mu = \live{m}, \qquad s^2 = \mathrm{Var}\, \mu + \mathrm E \sigma^2 = \live{ofMeans} + \live{ofDraws} = \live{s2}`,
          says: 'A diffusion wants data of mean 0 and variance 1. The variance of codes has two parts, that of their means and the mean of their variances.',
          code: `const [mean, sigma] = [[1.2, -0.7, 2.1], [0.3, 0.2, 0.4]]
const m = mean.reduce((sum, mu) => sum + mu / 3, 0)
const s = Math.sqrt(mean.reduce((sum, mu, i) => sum + ((mu - m) ** 2 + sigma[i]! ** 2) / 3, 0))
// what the network sees of a draw z
const seen = (z: number) => (z - m) / s`,
        },
      ],
      figure: scale,
    },
    {
      title: 'The bound, and what a prior is worth',
      equations: [
        {
          tex: raw`-\log p(x) \le \mathrm E_{q(z \mid x)}\big[-\log p(x \mid z) \qquad {} + \log q(z \mid x) - \log p(z)\big]`,
          says: 'For any prior of codes. Averaged over data the prior enters by a cross entropy alone.',
        },
        {
          tex: raw`\mathrm E_{q(z)}[-\log \mathcal N(z; 0, 1)] = \live{cross}, \qquad H(q) = \live{entropy}, \qquad D_{\mathrm{KL}}(q(z) \,\|\, \mathcal N(0, 1)) = \live{gain}`,
          says: 'It is least where the prior is the aggregate law of codes: so a learned prior gains up to the divergence.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'

const groups = [-1.2, 0, 1.2].map((mean) => ({ mean: [mean], covariance: 0.05 }))
const codes = mixtureDenoiser({ schedule: cosineSchedule(), components: groups })
const nats = codes.logDensity(Float64Array.of(1.2), 0).map((log) => -log)`,
        },
      ],
      figure: prior,
    },
    {
      title: 'Both trained together',
      equations: [
        {
          tex: raw`\mathrm{CE} = \underbrace{\mathrm E_{t, \varepsilon}\Big[\frac{w(t)}{p(t)} \lVert \hat\varepsilon(z_t, t) - \varepsilon \rVert^2\Big]}_{\live{errors}} \qquad {} + \underbrace{\tfrac D2 \log(2\pi e \sigma_1^2) + D_{\mathrm{KL}}}_{\live{rest}} = \live{total}, \qquad \text{exact } \live{truth}`,
          says: 'The cost of a code needs no density of the prior, only its denoiser at draws of the code. On a table, constants are counted, so that N(0, I) has no gap.',
          code: `import { parametrisation } from 'tweedie/denoise'
import { crossEntropyRest, crossEntropyTimes, crossEntropyWeight } from 'tweedie/latent'
import { namedTable, tableSchedule } from 'tweedie/noise'

const schedule = tableSchedule(namedTable('squaredcos_cap_v2', { steps: 20 }))
const times = crossEntropyTimes(schedule)
const { constant, square } = crossEntropyRest(schedule, times)
const weight = crossEntropyWeight(schedule, parametrisation('epsilon'), times, 0.5)
console.log(weight > 0, crossEntropyWeight(schedule, parametrisation('epsilon'), times, 0.05)) // → true 0`,
        },
      ],
      figure: cost,
    },
    {
      title: 'Mixed score',
      equations: [
        {
          tex: raw`\hat\varepsilon(z_t, t) = (1 - m)\, \sigma_t z_t + m\, \hat\varepsilon_\theta(z_t, t), \qquad m = \live{m}: \ \text{error } \live{error}`,
          says: 'Codes that began under a normal prior are nearly normal. A share m, learned too, leaves to the network only what is left.',
          code: `import { constant, input } from 'tweedie/graph'
import { mixedPrediction, normalSkip } from 'tweedie/latent'
import { parametrisation } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'

const skip = normalSkip(cosineSchedule(), parametrisation('v'), 0.4)
console.log(Math.abs(skip) < 1e-12) // → true
const mixed = mixedPrediction(input('output', [8, 4]), input('z', [8, 4]), skip, constant([0.3, 0.5, 0.5, 0.9], [4]))`,
        },
      ],
      figure: mixed,
    },
    {
      title: 'Measurements go through the decoder',
      equations: [
        {
          tex: raw`y = A(D(z)) + n, \qquad \Big(\frac{\partial (A \circ D)}{\partial z}\Big)^{\!\top} v = D'^{\top} A'^{\top} v, \qquad \Pr(z > 0 \mid y) = \live{above}, \ \text{drawn } \live{share}`,
          says: 'A picture is measured and a code is looked for. That is not linear even where A is, so methods that go by derivatives apply.',
          code: `import { cos, mul } from 'tweedie/graph'
import { differentiableGaussian, mmps } from 'tweedie/guidance'
import { graphOperator, observation } from 'tweedie/measure'
import { cosineSchedule } from 'tweedie/noise'

// the first coordinate of D(z) = (cos 1.2 z, sin 1.2 z)
using through = await graphOperator({ from: [1], forward: (z) => cos(mul(z, 1.2)) })
const prior = differentiableGaussian({ schedule: cosineSchedule(), mean: [0.9], covariance: 0.15 })
const guided = mmps(prior, observation(through, Float64Array.of(0.45), 0.08), { iterations: 1 })
const mean = await guided.denoise(Float64Array.of(0.5), 0.3)`,
        },
      ],
      figure: arc,
    },
    {
      title: 'Walks',
      equations: [
        {
          tex: raw`z(u) = \frac{\sin((1 - u) \theta)}{\sin \theta} z_a + \frac{\sin(u \theta)}{\sin \theta} z_b, \qquad \min_u \lVert z(u) \rVert = \live{shortest}`,
          says: 'An interpolation walks between the noise of two codes, on an arc that keeps its length.',
          code: `import { slerp } from 'tweedie/sample'

const half = slerp(Float64Array.of(1, 0), Float64Array.of(0, 1), 0.5)
console.log(Math.abs(Math.hypot(half[0]!, half[1]!) - 1) < 1e-12) // → true`,
        },
      ],
      figure: walkFigure,
    },
  ],
}
