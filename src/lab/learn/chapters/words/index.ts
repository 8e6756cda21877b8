/** Words and pictures: attention to words, several conditions at once, adapters. */
import type { Chapter } from '../../chapter.ts'
import { attentionFigure } from './attention.ts'
import { bothFigure } from './both.ts'
import { lowRankFigure } from './low-rank.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'words',
  title: 'Words and pictures',
  lead: 'A picture that is asked for in words is a draw from p(x | c), c a caption. Noise, samplers and bounds stay; what is new is how words enter the network, how strongly they count, and how a large model is taught a little more.',
  sections: [
    {
      title: 'Cross-attention',
      equations: [
        {
          tex: tex`a_j = \frac{e^{q \cdot k_j / \sqrt d}}{\sum_l e^{q \cdot k_l / \sqrt d}}: \qquad \live{first},\ \live{second},\ \live{third}`,
          says: 'A place of the picture compares its query with the key of each word. A masked word has weight 0.',
          code: `import { attention, maskBias } from 'tweedie/nn'
import { constant, input } from 'tweedie/graph'

const [q, words] = [input('q', [1, 16, 8]), input('words', [1, 3, 8])] // 16 places, 3 words
const seen = attention(q, words, words, 2, { bias: maskBias(constant([1, 1, 0], [1, 3])) })
console.log(seen.shape) // → [ 1, 16, 8 ]`,
        },
        {
          tex: tex`h' = h + W_O \sum_j a_j v_j, \qquad \sum_j a_j v_j = (\live{meanX}, \live{meanY})`,
          says: 'It gets the mean of the words’ values by these weights, added to what it has.',
        },
      ],
      figure: attentionFigure,
    },
    {
      title: 'Several conditions at once',
      equations: [
        {
          tex: tex`\bar\varepsilon = \hat\varepsilon_\varnothing + \sum_i w_i (\hat\varepsilon_i - \hat\varepsilon_\varnothing), \qquad w = \live{wRight},\ \live{wAbove}: \quad P(\text{both}) = \live{both}`,
          says: 'Each condition pushes as far as its weight says, as if it said something of its own. One condition of weight s is guidance of scale s.',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { composedOf } from 'tweedie/guidance'
import { cosineSchedule } from 'tweedie/noise'

const schedule = cosineSchedule()
const law = (mean: number[]) => gaussianDenoiser({ schedule, mean, covariance: 0.3 })
const both = composedOf(law([0, 0]), [{ denoiser: law([1, 0]), weight: 2 }, { denoiser: law([0, 1]), weight: -1 }])
const x = Float64Array.of(0.4, -0.8)
const [composed, truth] = [await both.denoise(x, 0.5), law([2, -1]).denoise(x, 0.5)]
console.log(composed.every((value, i) => Math.abs(value - truth[i]!) < 1e-12)) // → true`,
        },
      ],
      figure: bothFigure,
    },
    {
      title: 'Adapters',
      equations: [
        {
          tex: tex`W' = W + \frac{\alpha}{r} B A, \qquad r = \live{rank}: \quad r (m + n) = \live{few} \text{ of } m n = \live{all}, \qquad \frac{\lVert \Delta W - B A \rVert}{\lVert \Delta W \rVert} = \live{error}`,
          says: 'Teaching a model something small changes its weights by a matrix whose singular values fall fast, so few columns and rows are enough.',
        },
      ],
      figure: lowRankFigure,
    },
  ],
}
