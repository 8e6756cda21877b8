/** Latent variables: the evidence bound, its gap, and codes that carry nothing. */
import type { Chapter } from '../../chapter.ts'
import { bound } from './bound.ts'
import { collapse } from './collapse.ts'
import { drawsFigure } from './draws.ts'
import { law } from './law.ts'
import { rotation } from './rotation.ts'
import { warmup } from './warmup.ts'

const { raw } = String

export const chapter: Chapter = {
  name: 'vae',
  title: 'Latent variables',
  lead: 'A variational autoencoder explains an item by a code. How likely the item is cannot be computed, but bounded, with an encoder that guesses which codes explain it. For a linear decoder everything is known, and the bound can be held against the truth.',
  sections: [
    {
      title: 'The evidence bound',
      equations: [
        {
          tex: raw`-\log p(x) = \live{evidence} \qquad {} \le \underbrace{\mathrm E_q[-\log p(x \mid z)]}_{\live{reconstruction}} \qquad {} + \underbrace{D_{\mathrm{KL}}(q(z \mid x) \,\|\, \mathcal N(0, I))}_{\live{kl}} = \live{bound}`,
          says: 'For any q, by Jensen’s inequality.',
          code: `import { constant, mul, neg } from 'tweedie/graph'
import { boundOf, drawGaussian, gaussianKl, gaussianLogDensity, sumOverItem } from 'tweedie/latent'

const column = (value: number) => constant([value], [1, 1])
const q = { mean: column(0.3), logVariance: column(2 * Math.log(0.8)) }
const z = drawGaussian(q, column(0.5))
const data = { mean: mul(z, 1.2), logVariance: column(2 * Math.log(0.7)) }
const { total } = boundOf({
  reconstruction: neg(sumOverItem(gaussianLogDensity(data, column(1.5)))),
  kl: sumOverItem(gaussianKl(q)),
})
console.log(total.shape) // → [ 1 ]`,
        },
        {
          tex: raw`\text{gap} = D_{\mathrm{KL}}(q(z \mid x) \,\|\, p(z \mid x)) = \live{gap}`,
          says: 'The bound is tight where the encoder knows the posterior.',
        },
      ],
      figure: bound,
    },
    {
      title: 'The law of the data',
      equations: [
        {
          tex: raw`P(x \mid z) = \Phi\!\Big(\frac{x + \delta - \mu}{\sigma}\Big) \qquad {} - \Phi\!\Big(\frac{x - \delta - \mu}{\sigma}\Big), \qquad \sum_x P(x \mid z) = \live{total}`,
          says: 'What the output means decides what a nat of the reconstruction is. Of shades, the outermost bins reach to infinity.',
          code: `import { constant } from 'tweedie/graph'
import { decoderLaw } from 'tweedie/latent'

const law = decoderLaw('discretised', { low: -1, high: 1, count: 16 })
const column = (value: number) => constant([value], [1, 1])
const logP = law.logProbability(column(-1), column(0.7), constant([Math.log(0.3)], [1]))`,
        },
      ],
      figure: law,
    },
    {
      title: 'More draws',
      equations: [
        {
          tex: raw`-\log p(x) \le -\mathrm E \log \frac1k \sum_{i=1}^k \frac{p(x, z_i)}{q(z_i \mid x)}, \qquad k = \live{k}: \ \live{gap} \text{ nats from the truth}`,
          says: 'For k = 1 the evidence bound; it never gets worse with k, and tends to −log p(x).',
          code: `import { input } from 'tweedie/graph'
import { importanceBound } from 'tweedie/latent'

const logWeights = input('logWeights', [8 * 50])
console.log(importanceBound(logWeights, 50).shape) // → [ 8 ]`,
        },
      ],
      figure: drawsFigure,
    },
    {
      title: 'Probabilistic principal components',
      equations: [
        {
          tex: raw`x = W z + \sigma \varepsilon, \qquad W = U (\Lambda - \sigma^2 I)^{1/2} R, \qquad \frac1n \sum_x -\log p(x) = \live{exact} \le \live{bound}`,
          says: 'The likelihood is the same for every rotation R of the codes. The gap of the bound is that of the best Gaussian without a slant: so it finds the axes.',
          code: `import { constant, input, matmul } from 'tweedie/graph'
import { drawGaussian, gaussianKl, gaussianLogDensity, sumOverItem } from 'tweedie/latent'

const x = input('x', [16, 2])
const encoder = constant([0.5, 0, 0, 0.4], [2, 2])
const q = { mean: matmul(x, encoder), logVariance: constant([-1.2, -0.8], [1, 2]) }
const decoded = matmul(drawGaussian(q, input('noise', [16, 2])), constant([1.6, 0, 0, 0.8], [2, 2]))
const logLikelihood = sumOverItem(gaussianLogDensity({ mean: decoded, logVariance: constant([-0.9], [1, 1]) }, x))
console.log(gaussianKl(q).shape, logLikelihood.shape) // → [ 16, 2 ] [ 16 ]`,
        },
      ],
      figure: rotation,
    },
    {
      title: 'Collapse',
      equations: [
        {
          tex: raw`\#\{j : \lambda_j > \sigma^2\} = \live{active}, \qquad D_{\mathrm{KL}} = \tfrac12 \sum_j \log^+ \frac{\lambda_j}{\sigma^2} = \live{nats}`,
          says: 'For a fixed σ² a direction whose variance is below it is worth nothing: its code is that of the prior.',
          code: `import { activeUnits } from 'tweedie/latent'

// posterior means of four items, two numbers each: the second does not move
console.log(activeUnits([1.2, 0.01, -0.7, 0, 0.3, 0.02, -1, 0], 2)) // → 1`,
        },
      ],
      figure: collapse,
    },
    {
      title: 'Against collapse while training',
      equations: [
        {
          tex: raw`\sum_j \max(\lambda, \mathrm{KL}_j) = \live{charge}, \qquad \sum_j \mathrm{KL}_j = \live{kl}, \qquad \text{weight } \live{weight}`,
          says: 'Each code may cost λ nats without a penalty; and early in training the divergence counts less.',
          code: `import { input } from 'tweedie/graph'
import { freeBits, warmupWeight } from 'tweedie/latent'

const charged = freeBits(input('kl', [64, 16]), 0.4)
console.log(warmupWeight(400, 1000)) // → 0.4`,
        },
      ],
      figure: warmup,
    },
  ],
}
