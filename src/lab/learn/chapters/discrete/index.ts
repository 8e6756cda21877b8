/** Discrete data: noise replaces tokens. */
import type { Chapter } from '../../chapter.ts'
import { bound } from './bound.ts'
import { fade } from './fade.ts'
import { guidance } from './guidance.ts'
import { map } from './map.ts'
import { reverse } from './reverse.ts'
import { text } from './text.ts'
import { unmasking } from './unmasking.ts'

const { raw } = String

export const chapter: Chapter = {
  name: 'discrete',
  title: 'Discrete data',
  lead: 'Text, maps of kinds and columns of names have no ε to add. Noise replaces tokens instead, each on its own, until nothing is left of them; the way back asks what each token was.',
  sections: [
    {
      title: 'Kernels',
      equations: [
        {
          tex: raw`q(x_t \mid x_0) = \big[Q_1 Q_2 \cdots Q_t\big]_{x_0, x_t}, \qquad q(x_t = x_0 \mid x_0) = \live{kept} \text{ at } t = \live{t}`,
          says: 'A token’s law at time t is a row of the product of the steps’ matrices.',
          code: `import { processOf } from 'tweedie/discrete'

const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps: 40, objective: 'bound' }, 29)
const xt = new Int32Array(3)
process.corrupt([7, 4, 11], 0.4, Float64Array.of(0.1, 0.7, 0.3), xt)
console.log([...xt]) // → [ 7, 29, 11 ]`,
        },
      ],
      figure: text,
    },
    {
      title: 'Categories with an order',
      equations: [
        {
          tex: raw`\big[Q_t\big]_{ij} \propto \exp\!\Big(\!-\frac{4 (i - j)^2}{(K - 1)^2 \beta_t}\Big), \qquad Q_{s \to t} = \exp\big((\tau_t - \tau_s) G\big)`,
          says: 'The gaussian kernel moves to near levels, the neighbour kernel along the edges of a graph with the rates G.',
          code: `import { processOf } from 'tweedie/discrete'

const neighbours = [[1], [0, 2], [1, 3], [2, 4], [3, 5], [4]]
const process = processOf({ kernel: 'neighbour', schedule: 'linear', steps: 40, objective: 'bound', neighbours }, 6)
const map = [0, 0, 1, 2, 5, 5]
const noisy = new Int32Array(map.length)
process.corrupt(map, 0.3, new Float64Array(map.length).fill(0.5), noisy)`,
        },
      ],
      figure: map,
    },
    {
      title: 'How fast',
      equations: [
        {
          tex: raw`\bar\alpha_t = 1 - t = \live{alphaBar}, \qquad I(x_t; x_0) = \live{information}\, H(x_0)`,
          says: 'ᾱ is the share of tokens that are not yet lost. A schedule may be chosen so that what they say falls in a straight line.',
          code: `import { processOf } from 'tweedie/discrete'

const process = processOf({ kernel: 'uniform', schedule: 'mutual-information', steps: null, objective: 'bound' }, 27)
if (process.kind === 'uniform') console.log(process.fade.alphaBar(0) === 1, process.fade.alphaBar(1) === 0) // → true true`,
        },
      ],
      figure: fade,
    },
    {
      title: 'The reverse step',
      equations: [
        {
          tex: raw`p(x_0 = k \mid x_t) \propto \mathrm{softmax}(\ell)(k)\, q(x_t \mid x_0 = k): \qquad \live{context} \to \live{posterior}`,
          says: 'A network says what the surroundings of a token tell; Bayes’ rule adds what the token tells itself.',
          code: `import { fromLogits, processOf } from 'tweedie/discrete'

const process = processOf({ kernel: 'uniform', schedule: 'linear', steps: 100, objective: 'bound' }, 4)
const denoiser = fromLogits(process, [1], () => Float64Array.of(0, 0.5, 2, -1))
const logP0 = await denoiser.logits(Int32Array.of(0), 0.6, 1)`,
        },
        {
          tex: raw`p(x_s \mid x_t) = \sum_k p(x_0 = k \mid x_t)\, q(x_s \mid x_t, k), \qquad q(x_s \mid x_t, k) = \frac{q(x_t \mid x_s)\, q(x_s \mid k)}{q(x_t \mid k)}, \qquad p(x_s = x_t \mid x_t) = \live{next}`,
          says: 'The law of a step back is the posterior’s mean over what the token may have been.',
          code: `import { processOf } from 'tweedie/discrete'

const process = processOf({ kernel: 'uniform', schedule: 'linear', steps: 100, objective: 'bound' }, 4)
const logP0 = Float64Array.of(0.4, 0.1, 0.4, 0.1).map(Math.log)
const next = new Float64Array(process.states)
process.reverse(logP0, 0, 0, 0.36, 0.6, next)
console.log(Math.abs(next.reduce((sum, log) => sum + Math.exp(log), 0) - 1) < 1e-12) // → true`,
        },
        {
          tex: raw`\Pr(\text{a mask is lifted}) = \frac{\bar\alpha_s - \bar\alpha_t}{1 - \bar\alpha_t} = \live{lifted}, \qquad D_{\mathrm{KL}} = -\frac{\bar\alpha_s - \bar\alpha_t}{1 - \bar\alpha_t} \log p(x_0 \mid x_t)`,
          says: 'Under masks a step either lifts a mask, which then shows x₀, or leaves it: so its divergence is a masked language model’s loss with a weight.',
        },
      ],
      figure: reverse,
    },
    {
      title: 'The bound',
      equations: [
        {
          tex: raw`-\log p(x_0) \le \sum_t D_{\mathrm{KL}}\big(q(x_s \mid x_t, x_0) \,\|\, p(x_s \mid x_t)\big) \qquad {} - \log p(x_0 \mid x_{t_1}) = \live{bound}, \qquad H = \live{entropy}`,
          says: 'Every term is a finite sum. For several tokens even the exact posterior has a gap: within a step tokens are drawn apart.',
          code: `import { discreteBound, exactDenoiser, processOf } from 'tweedie/discrete'

const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps: 8, objective: 'bound' }, 2)
const coins = exactDenoiser(process, [2], [0.5, 0, 0, 0.5])
const { total } = await discreteBound(coins, new Int32Array(2000))
const nats = total.reduce((sum, each) => sum + each, 0) / total.length
console.log(Math.abs(nats - (1 + 1 / 8) * Math.log(2)) < 0.05) // → true`,
        },
      ],
      figure: bound,
    },
    {
      title: 'Sampling',
      equations: [
        {
          tex: raw`x_s \sim p(x_s \mid x_t) \qquad \text{for } t = 1 \to 0 \text{ in } \live{steps} \text{ steps,} \qquad \text{with } \live{evaluations} \text{ evaluations}`,
          says: 'Ancestral sampling follows the model’s law, better in more steps. Mask-predict puts uncertain letters back: good words in few steps, but not their law.',
          code: `import { exactDenoiser, maskPredict, processOf, sampleTokensFinal } from 'tweedie/discrete'

const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }, 2)
const coins = exactDenoiser(process, [2], [0.5, 0, 0, 0.5])
const drawn = await sampleTokensFinal(coins, { sampler: maskPredict(), steps: 2, batch: 8 })
const given = await sampleTokensFinal(coins, { fixed: [1, -1], steps: 4, batch: 1 })
console.log([...given]) // → [ 1, 1 ]`,
        },
      ],
      figure: unmasking,
    },
    {
      title: 'Guidance by class',
      equations: [
        {
          tex: raw`\log p = (w + 1) \log p(x_0 \mid x_t, c) \qquad {} - w \log p(x_0 \mid x_t) + \text{const}, \qquad w = \live{w}, \quad \max p = \live{top}`,
          says: 'As for Gaussian noise: away from what is likely anyhow, towards what the class makes likely.',
          code: `import { type CategoricalDenoiser, guideTokens } from 'tweedie/discrete'

const guide = (denoiser: CategoricalDenoiser) => guideTokens(denoiser, { w: 1.5, nothing: { labels: Int32Array.of(10) } })`,
        },
      ],
      figure: guidance,
    },
  ],
}
