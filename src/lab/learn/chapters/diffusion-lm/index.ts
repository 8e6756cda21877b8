/** Text as noisy embeddings: Diffusion-LM. */
import type { Chapter } from '../../chapter.ts'
import { bound } from './bound.ts'
import { clamping } from './clamping.ts'
import { control } from './control.ts'
import { loss } from './loss.ts'
import { noiseFigure } from './noise.ts'

const { raw } = String

export const chapter: Chapter = {
  name: 'diffusion-lm',
  title: 'Text as noisy embeddings',
  lead: 'Diffusion-LM moves tokens into space: every token has a point, a text is a sequence of points, and Gaussian noise does the rest. So the samplers of images draw text, and a gradient can push it towards what is asked for.',
  sections: [
    {
      title: 'From tokens to points',
      equations: [
        {
          tex: raw`x_t = \alpha_t \mathrm{EMB}(w) + \sigma_t \varepsilon, \qquad \bar\alpha_t = 1 - \sqrt{\frac{t + s}{1 + s}} = \live{alphaBar}, \qquad \sigma_0 = \live{first}`,
          says: 'A little noise hides no token, because rounding removes it. The square-root schedule therefore begins with noise, and adds more at once.',
          code: `import { embeddingTable, embedTokens, roundTokens } from 'tweedie/discrete'
import { sqrtSchedule } from 'tweedie/noise'

const table = embeddingTable(Float64Array.of(1.1, 1.2, 1.5, 0.2, -0.3, 1.1), 3)
const schedule = sqrtSchedule()
console.log(schedule.sigma(0).toFixed(3), [...roundTokens(table, embedTokens(table, [2, 0]))]) // → 0.100 [ 2, 0 ]`,
        },
      ],
      figure: noiseFigure,
    },
    {
      title: 'What is learned',
      equations: [
        {
          tex: raw`\mathcal L = \underbrace{\mathrm E_t \frac{\lVert \hat x_0 - \mathrm{EMB}(w) \rVert^2}{L d}}_{\live{error}} \qquad {} + \underbrace{\frac{\lVert \alpha_1 \mathrm{EMB}(w) \rVert^2}{L d}}_{\live{end}} \qquad {} - \underbrace{\frac1L \log p(w \mid x_0)}_{\live{rounding}}`,
          says: 'The points are learned together with the network that denoises them. The first term alone is least where all points are the same.',
          code: `import { embeddingTable, roundingLogits } from 'tweedie/discrete'

const table = embeddingTable(Float64Array.of(1, 0, -1, 0, 0, 1), 3)
const logP = roundingLogits(table, Float64Array.of(0.8, 0.1))
console.log(logP.indexOf(Math.max(...logP))) // → 0`,
        },
      ],
      figure: loss,
    },
    {
      title: 'Clamping',
      equations: [
        {
          tex: raw`\hat x_0 \leftarrow \mathrm{EMB}\Big(\arg\min_w \lVert \hat x_0 - e_w \rVert\Big), \qquad \text{last mean to the nearest word: } \live{away}`,
          says: 'A mean lies between points. The clamping trick replaces it by the nearest points in every step; any sampler takes it.',
          code: `import { diracDenoiser } from 'tweedie/denoise'
import { clamped, embeddingTable } from 'tweedie/discrete'
import { sqrtSchedule } from 'tweedie/noise'
import { ddim, sampleFinal, uniformTimes } from 'tweedie/sample'

const points = Float64Array.of(1, 0, -1, 0, 0, 1)
const words = diracDenoiser({ schedule: sqrtSchedule(), shape: [1, 2], points })
const denoiser = clamped(words, embeddingTable(points, 3))
const x = await sampleFinal(denoiser, { sampler: ddim(), times: uniformTimes(12, { from: 0.999 }), batch: 4 })`,
        },
      ],
      figure: clamping,
    },
    {
      title: 'Control',
      equations: [
        {
          tex: raw`\lambda \log p(x_s \mid x_t) + \log p(c \mid x_s), \qquad \lambda = \live{lambda}: \quad \Pr(c) = \live{holds}`,
          says: 'After every step a few gradient steps climb towards what is asked for; the first term keeps the text fluent.',
          code: `import { controlled } from 'tweedie/guidance'

// towards the half where the first number is positive
const gradient = (x: Float32Array | Float64Array) => x.map((value, i) => (i === 0 ? 1 / (1 + Math.exp(value)) : 0))
const sampler = controlled(gradient, { lambda: 0.1, rounds: 3 })
console.log(sampler.name) // → controlled(0.1)`,
        },
      ],
      figure: control,
    },
    {
      title: 'The bound',
      equations: [
        {
          tex: raw`-\log p(w) \le D_{\mathrm{KL}} \qquad {} + \underbrace{\sum_t \tfrac12 (\mathrm{SNR}(s) - \mathrm{SNR}(t))\, \mathrm E \lVert \mathrm{EMB}(w) - \hat x_0 \rVert^2}_{\live{steps}} \qquad {} - \underbrace{\mathrm E \log p(w \mid x_{t_0})}_{\live{rounding}} = \live{bound}`,
          says: 'Tokens are discrete, so bits of text can be bounded as under discrete processes, and the figures compare.',
          code: `import { diracDenoiser } from 'tweedie/denoise'
import { embeddingTable } from 'tweedie/discrete'
import { embeddingBound } from 'tweedie/eval'
import { sqrtSchedule } from 'tweedie/noise'

const points = Float64Array.of(1, 0, -1, 0, 0, 1.4)
const words = diracDenoiser({ schedule: sqrtSchedule(), shape: [1, 2], points })
const tokens = Int32Array.from({ length: 300 }, (_, i) => i % 3)
const { total } = await embeddingBound(words, embeddingTable(points, 3), tokens, { from: 0.3, steps: 200, terms: 50 })
const nats = total.reduce((sum, each) => sum + each, 0) / 300
console.log(Math.abs(nats - Math.log(3)) < 0.1) // → true`,
        },
      ],
      figure: bound,
    },
  ],
}
